// SPDX-License-Identifier: Apache-2.0
// The rule file we ship speaks of series that we expose, and fires on what it says.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "outputs/sample_status.hpp"
#include "outputs/status_metrics.hpp"

namespace outrider::outputs {
namespace {

const std::string source = OUTRIDER_SOURCE_DIR;

std::set<std::string> names_in(const std::string& text) {
  std::set<std::string> names;
  std::size_t at = 0;
  while ((at = text.find("outrider_", at)) != std::string::npos) {
    const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at);
    names.insert(text.substr(at, end - at));
    at = end;
  }
  return names;
}

TEST(ShippedRules, NameOnlySeriesThatAreExposed) {
  std::ifstream file{source + "/tools/deploy/outrider.rules.yml"};
  const std::string rules{std::istreambuf_iterator<char>{file}, {}};
  const std::set<std::string> exposed =
      names_in(to_text(status_families(testing::sample_status())));

  const std::set<std::string> named = names_in(rules);

  EXPECT_GT(named.size(), 5u);
  for (const std::string& name : named) EXPECT_EQ(exposed.count(name), 1u) << name;
}

TEST(ShippedRules, FireOnWhatTheyName) {
  const std::string tests = source + "/tests/outputs/fixtures/outrider.test.yml";

  EXPECT_EQ(std::system(("promtool test rules " + tests + " >/dev/null").c_str()), 0);
}

}  // namespace
}  // namespace outrider::outputs
