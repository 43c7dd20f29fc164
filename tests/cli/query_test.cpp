// SPDX-License-Identifier: Apache-2.0
// `outrider query` at a real sidecar, and what it makes of answers.
#include "cli/query_command.hpp"

#include "cli/program.hpp"
#include "cli/recording_trader.hpp"
#include "process/harness.hpp"

namespace outrider::cli {
namespace {

TEST(QueryText, IsALineAValue) {
  EXPECT_EQ(query_text(R"({"status":"success","data":{"resultType":"vector","result":[
        {"metric":{"__name__":"up","job":"a\u001b[31m"},"value":[1700000000.123,"1"]},
        {"metric":{},"value":[1700000000.123,"NaN"]}]}})"),
            "up{job=\"a?[31m\"}  1    2023-11-14T22:13:20.123Z\n"
            "{}                NaN  2023-11-14T22:13:20.123Z\n");
  EXPECT_EQ(query_text(R"({"data":{"resultType":"matrix","result":[
        {"metric":{"__name__":"up"},"values":[[1700000000,"1"],[1700000001,"2"]]}]}})"),
            "up  1  2023-11-14T22:13:20.000Z\n"
            "up  2  2023-11-14T22:13:21.000Z\n");
  EXPECT_EQ(query_text(R"({"data":{"resultType":"scalar","result":[1700000000,"2"]}})"),
            "2  2023-11-14T22:13:20.000Z\n");
  EXPECT_EQ(query_text(R"({"data":{"resultType":"vector","result":[]}})"), "no series\n");
}

TEST(QueryText, TakesAnythingForAnAnswer) {
  for (const char* body : {"", "3", "{}", R"({"data":{"result":[1,{"value":3}]}})",
                           R"({"data":{"resultType":"scalar","result":"x"}})"}) {
    EXPECT_NO_THROW(query_text(body)) << body;
  }
}

TEST(QueryCommand, AsksTheSidecar) {
  const outrider::testing::TempDirectory place;
  const outrider::testing::SidecarProcess sidecar{place.path()};
  RecordingTrader trader(sidecar.segments());
  trader.record(30);
  const auto query = [&](const std::string& expression) {
    return run_program("query --web.listen-address 127.0.0.1:" + std::to_string(sidecar.port()) +
                       " '" + expression + "'");
  };

  EXPECT_TRUE(outrider::testing::eventually([&] {
    const Said said = query("sum by (venue) (orders_total) * 2");
    return said.code == 0 && said.out.starts_with("{venue=\"binance\"}  60  20");
  }));

  EXPECT_EQ(query("absent_total").out, "no series\n");
  const Said wrong = query("sum(");
  EXPECT_EQ(wrong.code, 2);
  EXPECT_TRUE(contains(wrong.out, "query: 1:5: ")) << wrong.out;
}

TEST(QueryCommand, SaysThatNobodyAnswers) {
  const std::string address = "127.0.0.1:" + std::to_string(outrider::testing::free_port());
  const Said said = run_program("query --web.listen-address " + address + " up");

  EXPECT_EQ(said.code, 4);
  EXPECT_TRUE(contains(said.out, address + ": found nobody who answers")) << said.out;
  EXPECT_EQ(run_program("query --web.listen-address example.org up").code, 2);
}

}  // namespace
}  // namespace outrider::cli
