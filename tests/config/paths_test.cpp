// SPDX-License-Identifier: Apache-2.0
#include "config/paths.hpp"

#include <gtest/gtest.h>

#include <map>

namespace outrider::config {
namespace {

/// An environment in which only these variables are set.
Environment with(std::map<std::string, std::string> variables, bool var_lib_writable = false) {
  return {[variables](const char* name) -> std::optional<std::string> {
            const auto found = variables.find(name);
            if (found == variables.end()) return std::nullopt;
            return found->second;
          },
          [var_lib_writable](const std::string& directory) {
            return var_lib_writable && directory == "/var/lib/outrider";
          }};
}

TEST(SegmentDirectory, IsTheFlagThenTheVariableThenTheRunDirectory) {
  Config config;
  const Environment both = with({{"OUTRIDER_DIR", "/dev/shm/o"}});

  EXPECT_EQ(segment_directory(config, with({})), "/run/outrider");
  EXPECT_EQ(segment_directory(config, with({{"OUTRIDER_DIR", ""}})), "/run/outrider");
  EXPECT_EQ(segment_directory(config, both), "/dev/shm/o");
  config.segment.dir = "/tmp/o";
  EXPECT_EQ(segment_directory(config, both), "/tmp/o");
}

TEST(StateDirectory, IsTheFirstThatApplies) {
  Config config;
  std::map<std::string, std::string> variables;

  EXPECT_EQ(state_directory(config, with(variables)), std::nullopt);
  variables["HOME"] = "/home/anna";
  EXPECT_EQ(state_directory(config, with(variables)), "/home/anna/.local/state/outrider");
  variables["XDG_STATE_HOME"] = "/home/anna/state";
  EXPECT_EQ(state_directory(config, with(variables)), "/home/anna/state/outrider");
  EXPECT_EQ(state_directory(config, with(variables, true)), "/var/lib/outrider");
  variables["STATE_DIRECTORY"] = "/var/lib/private/outrider";
  EXPECT_EQ(state_directory(config, with(variables, true)), "/var/lib/private/outrider");
  config.storage.path = "/srv/outrider";
  EXPECT_EQ(state_directory(config, with(variables, true)), "/srv/outrider");
}

TEST(StateDirectory, IsTheFirstOfThoseThatSystemdLists) {
  EXPECT_EQ(state_directory({}, with({{"STATE_DIRECTORY", "/var/lib/a:/var/lib/b"}})),
            "/var/lib/a");
}

TEST(ControlSocket, LiesInTheSegmentDirectoryUnlessItIsNamed) {
  Config config;

  EXPECT_EQ(control_socket(config, with({})), "/run/outrider/control.sock");
  config.segment.dir = "/tmp/o";
  EXPECT_EQ(control_socket(config, with({})), "/tmp/o/control.sock");
  config.control.socket = "/run/o.sock";
  EXPECT_EQ(control_socket(config, with({})), "/run/o.sock");
}

}  // namespace
}  // namespace outrider::config
