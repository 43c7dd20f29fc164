// SPDX-License-Identifier: Apache-2.0
#include "config/start_only.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "config/keys.hpp"

namespace outrider::config {
namespace {

/// A value of the key that is not its default.
std::string another_value(const Key& key) {
  const std::string_view name = key.name;
  if (name == "loop") return "spin";
  if (name == "log.level") return "debug";
  if (name == "log.format") return "json";
  if (name == "day.begins_at") return "17:30";
  if (name == "day.time_zone") return "Asia/Tokyo";
  Config scratch;
  for (const char* const text : {"127.0.0.1:9999", "true", "2s", "2h", "7777777", "77777", "77",
                                 "7", "10.0.0.0/8", "https://desk.example.org", "/elsewhere"}) {
    if (key.set(scratch, text).empty()) return text;
  }
  ADD_FAILURE() << "no value for " << name;
  return {};
}

// Whoever adds a key decides here whether a reload takes it up.
TEST(StartOnly, NamesEachSettingThatAReloadDoesNotTakeUp) {
  const std::set<std::string_view> start_only{"segment.dir",
                                              "history.interval",
                                              "history.retention",
                                              "history.max-bytes",
                                              "hdr-log.file",
                                              "hdr-log.interval",
                                              "hdr-log.max-bytes",
                                              "flight-recorder.dir",
                                              "flight-recorder.window",
                                              "flight-recorder.interval",
                                              "flight-recorder.recordings",
                                              "flight-recorder.max-bytes",
                                              "storage.path",
                                              "storage.journal-copy",
                                              "storage.max-journal-bytes",
                                              "storage.journal-archives",
                                              "web.listen-address",
                                              "control.socket",
                                              "control.listen-address",
                                              "loop",
                                              "loop.cpu",
                                              "standby",
                                              "close-on-exit",
                                              "protection.arm_at_start"};
  for (const Key& key : all_keys()) {
    Config fresh;
    ASSERT_TRUE(key.set(fresh, another_value(key)).empty()) << key.name;
    const std::vector<std::string_view> said = changed_start_only({}, fresh);
    if (start_only.contains(key.name)) {
      EXPECT_EQ(said, std::vector{key.name});
    } else {
      EXPECT_TRUE(said.empty()) << key.name;
    }
  }
}

}  // namespace
}  // namespace outrider::config
