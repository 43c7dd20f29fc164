// SPDX-License-Identifier: Apache-2.0
#include "outputs/http_message.hpp"

#include <gtest/gtest.h>

#include "outputs/gzip.hpp"
#include "outputs/router.hpp"

namespace outrider::outputs {
namespace {

TEST(Target, IsSplitIntoPathAndQuery) {
  Request request;

  EXPECT_TRUE(set_target(request, "/api/v1/status?a=b?c"));
  EXPECT_EQ(request.path, "/api/v1/status");
  EXPECT_EQ(request.query, "a=b?c");
  EXPECT_TRUE(set_target(request, "http://host:9717"));
  EXPECT_EQ(request.path, "/");
  EXPECT_TRUE(set_target(request, "http://host/x%2Fy"));
  EXPECT_EQ(request.path, "/x/y");
  for (const char* target : {"", "*", "metrics", "host:80", "/%", "/%4", "/%g0", "/%00"}) {
    EXPECT_FALSE(set_target(request, target)) << target;
  }
}

TEST(Query, GivesTheDecodedValueOfAParameter) {
  const std::string query = "scope=venue%3Dbinance&reason=a+b&flag&empty=";

  EXPECT_EQ(query_parameter(query, "scope"), "venue=binance");
  EXPECT_EQ(query_parameter(query, "reason"), "a b");
  EXPECT_EQ(query_parameter(query, "flag"), "");
  EXPECT_EQ(query_parameter(query, "empty"), "");
  EXPECT_EQ(query_parameter(query, "other"), std::nullopt);
  EXPECT_EQ(query_parameter("", "other"), std::nullopt);
}

TEST(Gzip, IsAcceptedOnlyByThoseWhoSaySo) {
  for (const char* header : {"gzip", "GZIP", "deflate, gzip", "gzip;q=0.1", "*", "br , gzip ;q=1",
                             "identity;q=1, *;q=0.5"}) {
    EXPECT_TRUE(accepts_gzip(header)) << header;
  }
  for (const char* header :
       {"", "br", "gzip;q=0", "gzip; q=0.000", "*;q=0", "*, gzip;q=0", "xgzip", ",", ";"}) {
    EXPECT_FALSE(accepts_gzip(header)) << header;
  }
}

TEST(Router, SendsAPathToItsHandler) {
  Router router;
  router.add("GET", "/a", [](const Request&) -> Response { return {.body = "got"}; });
  router.add("POST", "/a", [](const Request&) -> Response { return {.body = "posted"}; });
  router.add("POST", "/b", [](const Request&) -> Response { return {}; });

  EXPECT_EQ(router.answer({.method = "GET", .path = "/a"}).body, "got");
  EXPECT_EQ(router.answer({.method = "HEAD", .path = "/a"}).body, "got");
  EXPECT_EQ(router.answer({.method = "POST", .path = "/a"}).body, "posted");
  EXPECT_EQ(router.answer({.method = "GET", .path = "/a/b"}).status, 404u);
  const Response refused = router.answer({.method = "GET", .path = "/b"});
  EXPECT_EQ(refused.status, 405u);
  EXPECT_EQ(refused.headers, (Headers{{"Allow", "POST"}}));
}

}  // namespace
}  // namespace outrider::outputs
