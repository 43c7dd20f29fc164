// SPDX-License-Identifier: Apache-2.0
// What every request of the sidecar has: it goes where it is sent, and nowhere else.
#pragma once

#include <curl/curl.h>

namespace outrider::probes {

inline void set_defaults(CURL* easy) {
  ::curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  ::curl_easy_setopt(easy, CURLOPT_PROXY, "");
  ::curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  ::curl_easy_setopt(easy, CURLOPT_USERAGENT, "outrider");
  ::curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  // Else the end of one whose name does not resolve waits for the resolver.
  ::curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
}

}  // namespace outrider::probes
