// SPDX-License-Identifier: Apache-2.0
// Every bad input has its sentence: each case happens for real, and what was
// said is compared with sentences.txt, which holds exactly these cases.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "cases.hpp"
#include "golden.hpp"

namespace outrider::inputs {

Cases all_cases() {
  Cases all;
  for (const auto part : {name_cases, directory_cases, planted_cases, series_cases, value_cases,
                          start_cases, config_cases, rules_cases, command_cases, state_cases,
                          drained_cases, request_cases, log_cases}) {
    const Cases cases = part();
    all.insert(all.end(), cases.begin(), cases.end());
  }
  return all;
}

Cases possible_cases() {
  Cases cases = all_cases();
  if (::geteuid() != 0) std::erase_if(cases, [](const Case& each) { return each.needs_root; });
  return cases;
}

namespace {

class BadInput : public ::testing::TestWithParam<Case> {};

TEST_P(BadInput, HasItsSentence) {
  Place place;
  const std::string said = place.neutral(GetParam().say(place));
  if (std::getenv("OUTRIDER_WRITE_SENTENCES") != nullptr) write_golden(GetParam().name, said);
  EXPECT_EQ(said, read_golden()[GetParam().name]);
}

std::string test_name(const ::testing::TestParamInfo<Case>& info) {
  std::string name = info.param.name;
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Each, BadInput, ::testing::ValuesIn(possible_cases()), test_name);

TEST(Sentences, AreHeldForExactlyTheCasesThatAreMade) {
  std::set<std::string> made;
  for (const Case& each : all_cases()) {
    EXPECT_TRUE(made.insert(each.name).second) << each.name << " is made twice";
  }
  std::set<std::string> held;
  for (const auto& [name, text] : read_golden()) {
    held.insert(name);
    EXPECT_FALSE(text.empty()) << name << " is met with silence";
  }
  EXPECT_EQ(made, held);
}

}  // namespace
}  // namespace outrider::inputs
