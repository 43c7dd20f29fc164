// SPDX-License-Identifier: Apache-2.0
// The query API's words: what may be asked and how it is written, as Prometheus has both.
#include <gtest/gtest.h>

#include <limits>

#include "outputs/query_answer.hpp"
#include "outputs/query_api.hpp"
#include "outputs/query_parameters.hpp"

namespace outrider::outputs {
namespace {

using namespace std::chrono_literals;
using history::Timeline;

constexpr nanoseconds noon{1'800'000'000s};

QueryParameters parameters(const std::string& query) {
  return {Request{.query = query}, noon};
}

/// What is thrown; empty: nothing.
template <class Body>
std::string complaint(const Body& body) {
  try {
    body();
  } catch (const BadParameter& bad) {
    return bad.what();
  }
  return {};
}

TEST(QueryTime, IsReadInSecondsAndAsRfc3339) {
  const auto time = [](const std::string& text) { return parameters("t=" + text).time("t", {}); };

  EXPECT_EQ(time("1800000000"), noon);
  EXPECT_EQ(time("1800000000.25"), noon + 250ms);
  EXPECT_EQ(time("1.8e9"), noon);
  EXPECT_EQ(time("2027-01-15T08:00:00Z"), noon);
  EXPECT_EQ(time("2027-01-15T08:00:00.250Z"), noon + 250ms);
  EXPECT_EQ(time("2027-01-15T09:30:00%2B01:30"), noon);
  EXPECT_EQ(time("2027-01-15T03:00:00-05:00"), noon);
  EXPECT_EQ(parameters("").time("t", noon), noon);
  for (const char* text : {"now", "2027-01-15", "2027-01-15T08:00:00", "2027-01-15T08:00:00.Z",
                           "2027-01-15T08:00:00Zz", "1e300", "NaN", "12x"}) {
    const std::string said = complaint([&] { time(text); });
    EXPECT_NE(said.find("needed seconds since 1970"), std::string::npos) << text << said;
  }
}

TEST(QuerySteps, AreSecondsOrADurationAndNotTooMany) {
  const history::Steps steps = parameters("start=10&end=20&step=2.5").steps();
  EXPECT_EQ(steps.step, 2500ms);
  EXPECT_EQ(steps.count(), 5U);
  EXPECT_EQ(parameters("start=10&end=20&step=1m").steps().step, 60s);
  EXPECT_EQ(parameters("start=0&end=11000&step=1").steps().count(), most_steps + 1);

  const auto said = [](const std::string& query) {
    return complaint([&] { (void)parameters(query).steps(); });
  };
  EXPECT_NE(said("start=0&end=11001&step=1").find("at most 11000"), std::string::npos);
  EXPECT_NE(said("start=2&end=1&step=1").find("before start"), std::string::npos);
  EXPECT_NE(said("start=1&end=2").find("step: found none"), std::string::npos);
  for (const char* step : {"0", "-1", "x", "0s"})
    EXPECT_NE(said("start=1&end=2&step=" + std::string{step}), "") << step;
}

TEST(QueryMatch, SelectsSeriesAndNothingElse) {
  EXPECT_EQ(parameters("match[]=up&match%5B%5D=%7Bjob%3D%22a%22%7D").matches().size(), 2U);
  for (const char* text : {"up[5m]", "sum(up)", "up{", "1"}) {
    EXPECT_NE(complaint([&] { (void)parameters("match[]=" + std::string{text}).matches(); }), "")
        << text;
  }
}

TEST(SampleText, IsPrometheusOwn) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(sample_text(0.1), "0.1");
  EXPECT_EQ(sample_text(-0.0), "-0");
  EXPECT_EQ(sample_text(1e20), "100000000000000000000");
  EXPECT_EQ(sample_text(inf), "+Inf");
  EXPECT_EQ(sample_text(-inf), "-Inf");
  EXPECT_EQ(sample_text(std::numeric_limits<double>::quiet_NaN()), "NaN");
}

class QueryApi : public ::testing::Test {
 protected:
  QueryApi() {
    Labels up{{"__name__", "up"}, {"job", "a\"b"}};
    for (int i = 0; i < 3; ++i) {
      timeline_.begin(noon + i * 5s);
      timeline_.set(*timeline_.find_or_add(up), i);
      timeline_.set(*timeline_.find_or_add({{"__name__", "down"}}), 1.5);
      timeline_.end();
    }
    add_query_api(router_, {.ask = [this](const auto& question) { question(timeline_); },
                            .now = [] { return noon + 10s; },
                            .schema = [] { return nullptr; },
                            .rules_json = [](const std::string&) { return std::nullopt; }});
  }

  std::string get(const std::string& path, const std::string& query = {}) {
    return router_.answer({.method = "GET", .path = "/api/v1/" + path, .query = query}).body;
  }
  unsigned status(const std::string& path, const std::string& query = {}) {
    return router_.answer({.method = "GET", .path = "/api/v1/" + path, .query = query}).status;
  }

  using Labels = aggregate::Labels;
  Timeline timeline_{{}};
  Router router_;
};

TEST_F(QueryApi, AnswersAnInstantQuery) {
  EXPECT_EQ(get("query", "query=up"),
            R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":)"
            R"("up","job":"a\"b"},"value":[1800000010,"2"]}]}})"
            "\n");
  EXPECT_EQ(get("query", "query=up&time=1800000007.5"),
            R"({"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":)"
            R"("up","job":"a\"b"},"value":[1800000007.5,"1"]}]}})"
            "\n");
  EXPECT_EQ(get("query", "query=1%2B1"),
            R"({"status":"success","data":{"resultType":"scalar","result":[1800000010,"2"]}})"
            "\n");
  EXPECT_EQ(get("query", "query=\"x\""),
            R"({"status":"success","data":{"resultType":"string","result":[1800000010,"x"]}})"
            "\n");
  EXPECT_EQ(get("query", "query=down[6s]"),
            R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":)"
            R"("down"},"values":[[1800000005,"1.5"],[1800000010,"1.5"]]}]}})"
            "\n");
}

TEST_F(QueryApi, PutsWhatIsSortedOrRankedInOrderOfValues) {
  const auto first = [](const std::string& answer) {
    return answer.find("\"up\"") < answer.find("\"down\"") ? "up" : "down";
  };
  // up is 2, down 1.5.
  const std::string all = "{__name__=~\"up%7Cdown\"}";
  EXPECT_STREQ(first(get("query", "query=" + all)), "down");
  EXPECT_STREQ(first(get("query", "query=sort_desc(" + all + ")")), "up");
  EXPECT_STREQ(first(get("query", "query=sort(" + all + ")")), "down");
  EXPECT_STREQ(first(get("query", "query=topk(2," + all + ")")), "up");
  EXPECT_STREQ(first(get("query", "query=(bottomk(2," + all + "))")), "down");
}

TEST_F(QueryApi, AnswersARangeQueryAndWarnsOfWhatIsTooLongAgo) {
  EXPECT_EQ(
      get("query_range", "query=up&start=1800000000&end=1800000010&step=5"),
      R"({"status":"success","data":{"resultType":"matrix","result":[{"metric":{"__name__":)"
      R"("up","job":"a\"b"},"values":[[1800000000,"0"],[1800000005,"1"],[1800000010,"2"]]}]}})"
      "\n");
  EXPECT_NE(get("query_range", "query=up&start=1799990000&end=1800000010&step=5")
                .find(R"("warnings":["found history from 2027-01-15T08:00:00.000Z on)"),
            std::string::npos);
}

TEST_F(QueryApi, TakesAFormByPost) {
  const Response response =
      router_.answer({.method = "POST", .path = "/api/v1/query", .body = "query=sum(up)&time="});

  EXPECT_EQ(response.status, 200U);
  EXPECT_NE(response.body.find(R"([1800000010,"2"])"), std::string::npos) << response.body;
}

TEST_F(QueryApi, NamesSeriesAndLabels) {
  EXPECT_EQ(get("series", "match[]=up&match[]=%7B__name__=~\"d.*\"%7D"),
            R"({"status":"success","data":[{"__name__":"down"},{"__name__":"up","job":"a\"b"}]})"
            "\n");
  EXPECT_EQ(get("labels"), R"({"status":"success","data":["__name__","job"]})"
                           "\n");
  EXPECT_EQ(get("label/__name__/values"), R"({"status":"success","data":["down","up"]})"
                                          "\n");
  EXPECT_EQ(get("label/__name__/values", "match[]=up"), R"({"status":"success","data":["up"]})"
                                                        "\n");
  EXPECT_EQ(get("label/__name__/values", "end=1799999999"), R"({"status":"success","data":[]})"
                                                            "\n");
  EXPECT_EQ(status("label/a-b/values"), 400U);
  EXPECT_EQ(status("label/a/b/values"), 404U);
}

TEST_F(QueryApi, SaysWhatItCannotAnswer) {
  EXPECT_EQ(status("query"), 400U);
  EXPECT_NE(get("query", "query=sum(up").find(R"("errorType":"bad_data","error":"query: 1:)"),
            std::string::npos);
  EXPECT_NE(get("query_range", "query=up[1m]&start=1&end=2&step=1").find("range vector"),
            std::string::npos);
  EXPECT_EQ(status("series"), 400U);
  EXPECT_EQ(status("query", "query=up%20%2B%20on()%20%7B__name__=~\".%2B\"%7D"), 422U);
  EXPECT_EQ(status("rules"), 503U);
  EXPECT_EQ(status("rules", "type=both"), 400U);
}

}  // namespace
}  // namespace outrider::outputs
