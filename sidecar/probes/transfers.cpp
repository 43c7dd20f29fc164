// SPDX-License-Identifier: Apache-2.0
#include "probes/transfers.hpp"

#include <curl/curl.h>

#include <utility>

#include "config/secret.hpp"
#include "probes/request_defaults.hpp"

namespace outrider::probes {

struct Transfers::Multi {
  CURLM* handle = ::curl_multi_init();
  Multi() = default;
  Multi(const Multi&) = delete;
  Multi& operator=(const Multi&) = delete;
  ~Multi() { ::curl_multi_cleanup(handle); }
};

struct Transfers::Transfer::Handle {
  CURL* easy = ::curl_easy_init();
  curl_slist* headers = nullptr;
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    ::curl_easy_cleanup(easy);
    ::curl_slist_free_all(headers);
  }
};

// ---------------------------------------------------------------- transfer

Transfers::Transfer::Transfer(Transfers& all, const Request& request)
    : all_{all}, handle_{std::make_unique<Handle>()}, most_bytes_{request.most_bytes} {
  CURL* easy = handle_->easy;
  ::curl_easy_setopt(easy, CURLOPT_PRIVATE, this);
  ::curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  set_defaults(easy);
  // Whether it can be reached is the question, each time.
  ::curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
  ::curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
  ::curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, request.connects_only ? 1L : 0L);
  ::curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::keep);
  ::curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  use(request.access);
  if (!has_ended_) ::curl_multi_add_handle(all_.multi_->handle, easy);
}

// Files are read each time: a certificate or a token may be another one by now.
void Transfers::Transfer::use(const config::WebAccess& access) {
  CURL* easy = handle_->easy;
  const auto set = [&](CURLoption option, const std::string& file) {
    if (!file.empty()) ::curl_easy_setopt(easy, option, file.c_str());
  };
  set(CURLOPT_CAINFO, access.ca_file);
  set(CURLOPT_SSLCERT, access.cert_file);
  set(CURLOPT_SSLKEY, access.key_file);
  if (access.bearer_token_file.empty()) return;
  const auto token = config::read_secret(access.bearer_token_file, answer_.detail);
  if (!token) {
    answer_.failure = Failure::unreachable;
    has_ended_ = true;
    return;
  }
  handle_->headers = ::curl_slist_append(nullptr, ("Authorization: Bearer " + *token).c_str());
  ::curl_easy_setopt(easy, CURLOPT_HTTPHEADER, handle_->headers);
}

Transfers::Transfer::~Transfer() {
  ::curl_multi_remove_handle(all_.multi_->handle, handle_->easy);
}

std::size_t Transfers::Transfer::keep(const char* data, std::size_t size, std::size_t count,
                                      void* to) {
  Transfer& self = *static_cast<Transfer*>(to);
  const std::size_t bytes = size * count;
  if (self.most_bytes_ == 0) return bytes;
  self.is_too_long_ = self.answer_.body.size() + bytes > self.most_bytes_;
  if (self.is_too_long_) return 0;
  self.answer_.body.append(data, bytes);
  return bytes;
}

void Transfers::Transfer::end(int code) {
  CURL* easy = handle_->easy;
  has_ended_ = true;
  curl_off_t microseconds = 0;
  ::curl_easy_getinfo(easy, CURLINFO_APPCONNECT_TIME_T, &microseconds);
  if (microseconds == 0) ::curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME_T, &microseconds);
  answer_.connect_seconds = static_cast<double>(microseconds) / 1e6;
  ::curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answer_.status);
  if (is_too_long_) {
    answer_.failure = Failure::bad_answer;
    answer_.detail = "found an answer of more than " + std::to_string(most_bytes_) + " bytes";
  } else if (code != CURLE_OK) {
    answer_.failure = code == CURLE_OPERATION_TIMEDOUT ? Failure::timeout : Failure::unreachable;
    answer_.detail = ::curl_easy_strerror(static_cast<CURLcode>(code));
  }
}

std::optional<Answer> Transfers::Transfer::take_answer() {
  if (!has_ended_) return std::nullopt;
  return std::move(answer_);
}

// --------------------------------------------------------------------- all

Transfers::Transfers() : multi_{std::make_unique<Multi>()} {}
Transfers::~Transfers() = default;

std::unique_ptr<Transfers::Transfer> Transfers::begin(const Request& request) {
  return std::make_unique<Transfer>(*this, request);
}

void Transfers::step() {
  int running = 0;
  ::curl_multi_perform(multi_->handle, &running);
  int left = 0;
  while (const CURLMsg* message = ::curl_multi_info_read(multi_->handle, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    Transfer* transfer = nullptr;
    ::curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    transfer->end(message->data.result);
  }
}

void Transfers::wait(const std::vector<int>& readable, std::chrono::milliseconds most) {
  std::vector<curl_waitfd> watched;
  for (const int each : readable) watched.push_back({each, CURL_WAIT_POLLIN, 0});
  ::curl_multi_poll(multi_->handle, watched.data(), static_cast<unsigned>(watched.size()),
                    static_cast<int>(most.count()), nullptr);
}

}  // namespace outrider::probes
