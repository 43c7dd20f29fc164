// SPDX-License-Identifier: Apache-2.0
#include "probes/key_values.hpp"

#include <gtest/gtest.h>

namespace outrider::probes {
namespace {

TEST(KeyValues, AreReadAsAShellReadsThem) {
  const auto values = parse_key_values(
      "# comment\n"
      "plain=working\n"
      "double=\"testing it\" # why\n"
      "single='blocked # not a comment'\n"
      "  export exported=1;next=2\r\n"
      "escaped=\"a \\\"quoted\\\" \\n\"\n"
      "joined='a'\"b\"c\n"
      "empty=\n"
      "plain=complete\n"
      "no assignment\n"
      "1bad=x\n"
      "last=end");
  EXPECT_EQ(values.at("plain"), "complete");
  EXPECT_EQ(values.at("double"), "testing it");
  EXPECT_EQ(values.at("single"), "blocked # not a comment");
  EXPECT_EQ(values.at("exported"), "1");
  EXPECT_EQ(values.at("escaped"), "a \"quoted\" \\n");
  EXPECT_EQ(values.at("joined"), "abc");
  EXPECT_EQ(values.at("empty"), "");
  EXPECT_EQ(values.at("last"), "end");
  EXPECT_EQ(values.size(), 8U);
}

TEST(KeyValues, KeepEveryOtherLineWhenOneIsWritten) {
  EXPECT_EQ(with_value("# c\nstatus='working'\nowner=me\n", "status", "blocked"),
            "# c\nstatus=\"blocked\"\nowner=me\n");
  EXPECT_EQ(with_value("status=a\nstatus=b\n", "status", "blocked"),
            "status=a\nstatus=\"blocked\"\n");
  EXPECT_EQ(with_value("export status=a", "status", "blocked"), "export status=\"blocked\"\n");
  EXPECT_EQ(with_value("owner=me", "status", "blocked"), "owner=me\nstatus=\"blocked\"\n");
  EXPECT_EQ(with_value("", "status", "blocked"), "status=\"blocked\"\n");
}

}  // namespace
}  // namespace outrider::probes
