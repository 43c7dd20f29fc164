// SPDX-License-Identifier: Apache-2.0
// The operator's guide: each command of its table of symptoms answers beside a sidecar
// (those of systemd in tests/packages), and podman's form reaches the host.
#include <re2/re2.h>

#include "deploy/stack.hpp"

namespace outrider::testing {
namespace {

std::string shipped(const std::string& file) {
  return read_file(std::string{OUTRIDER_SOURCE_DIR} + "/tools/deploy/" + file);
}

std::vector<std::string> commands_of_the_guide() {
  const std::string text = shipped("README.md");
  const std::size_t begin = text.find("### When something is wrong");
  const std::string section = text.substr(begin, text.find("\n### ", begin + 1) - begin);
  std::vector<std::string> commands;
  re2::StringPiece rest{section};
  std::string command;
  while (RE2::FindAndConsume(&rest, R"(\n\| [^|`]+ \| `([^`]+)` \|)", &command)) {
    RE2::GlobalReplace(&command, R"(\\\|)", "|");
    commands.push_back(command);
  }
  return commands;
}

class ChecklistR119 : public ::testing::Test {
 protected:
  /// What an installed host has where the package puts it.
  [[nodiscard]] std::string here(const std::string& command) const {
    std::string text = command;
    RE2::GlobalReplace(&text, "127.0.0.1:9717", "127.0.0.1:" + std::to_string(sidecar_.port()));
    RE2::GlobalReplace(&text, "/run/outrider", sidecar_.segments());
    RE2::GlobalReplace(&text, "/etc/outrider/sidecar.yml",
                       std::string{OUTRIDER_SOURCE_DIR} + "/tools/deploy/sidecar.yml");
    RE2::GlobalReplace(&text, "/usr/share/outrider",
                       std::string{OUTRIDER_SOURCE_DIR} + "/tools/deploy");
    const std::string& root = directory_.path();
    return "PATH=" + std::string{OUTRIDER_BIN_DIR} + ":$PATH; export STATE_DIRECTORY=" + root +
           "/state; outrider() { command outrider --segment.dir=" + sidecar_.segments() +
           " --control.socket=" + root + "/control.sock \"$@\"; }; " + text;
  }

  TempDirectory directory_;
  std::string settings_ = directory_.path() + "/sidecar.yml";
  bool written_ = (write_file(settings_, "protection: {arm_at_start: true}\n"), true);
  SidecarProcess sidecar_{directory_.path(), {"--config.file=" + settings_}};
};

// Breaks it: tools/deploy/README.md: `outrider journal verify` -> `outrider journal look`
TEST_F(ChecklistR119, EachCommandOfTheGuideAnswers) {
  const std::vector<std::string> commands = commands_of_the_guide();
  EXPECT_GE(commands.size(), 15U);
  ASSERT_TRUE(eventually([&] { return sidecar_.get("/-/ready") == "ready\n"; }))
      << sidecar_.get("/-/ready");
  for (const std::string& command : commands) {
    if (command.starts_with("systemctl ") || command.starts_with("journalctl ")) continue;
    std::string output;
    EXPECT_EQ(run(here(command), &output), 0) << command << "\n" << output;
  }
}

// Breaks it: tools/deploy/container/podman/outrider.yml: `host.containers.internal:9717` ->
// `localhost:9717`
TEST(ChecklistR120, PodmanWithoutComposeAsksTheHostAndTakesNoDefaultPassword) {
  const std::string script =
      "PODMAN=echo " + std::string{OUTRIDER_SOURCE_DIR} + "/tools/deploy/container/podman.sh";
  std::string commands;
  EXPECT_NE(run("GRAFANA_ADMIN_PASSWORD= " + script, &commands), 0);
  EXPECT_NE(commands.find("a password for the admin of Grafana"), std::string::npos) << commands;

  EXPECT_EQ(run("GRAFANA_ADMIN_PASSWORD=secret PROMETHEUS_PORT=9091 " + script, &commands), 0);
  EXPECT_NE(commands.find("pod create --name outrider"), std::string::npos) << commands;
  EXPECT_NE(commands.find("-p 127.0.0.1:9091:9090"), std::string::npos) << commands;
  EXPECT_NE(commands.find("/container/podman:/etc/prometheus/targets:ro"), std::string::npos);
  EXPECT_EQ(commands.find("secret"), std::string::npos) << commands;
  EXPECT_NE(shipped("container/podman/outrider.yml").find("host.containers.internal:9717"),
            std::string::npos);
}

}  // namespace
}  // namespace outrider::testing
