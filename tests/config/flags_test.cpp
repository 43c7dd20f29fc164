// SPDX-License-Identifier: Apache-2.0
#include "config/flags.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "config/keys.hpp"

namespace outrider::config {
namespace {

using Texts = std::vector<std::string>;

struct Parsed {
  std::optional<int> exit_code;
  Flags flags;
  std::string out;
  std::string err;
};

Parsed parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "outrider-sidecar");
  Parsed parsed;
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  parsed.exit_code =
      parse_flags(static_cast<int>(arguments.size()), arguments.data(), parsed.flags, "1.2.3");
  parsed.out = testing::internal::GetCapturedStdout();
  parsed.err = testing::internal::GetCapturedStderr();
  return parsed;
}

Loaded load(std::vector<const char*> arguments) {
  return load(parse(std::move(arguments)).flags);
}

TEST(Flags, LeaveTheDefaultsWhenThereAreNone) {
  const Loaded loaded = load(std::vector<const char*>{});

  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.config.web.listen_address.host, "127.0.0.1");
  EXPECT_EQ(loaded.config.web.listen_address.port, 9717);
  EXPECT_TRUE(loaded.config.rules.files.empty());
  EXPECT_EQ(loaded.config.loop.kind, LoopKind::adaptive);
  EXPECT_FALSE(loaded.config.protection.arm_at_start);
}

TEST(Flags, SetTheFieldOfTheSameName) {
  const Loaded loaded =
      load({"--rules.file=a.yml", "--rules.file", "b.yml", "--segment.dir=/d", "--storage.path=/s",
            "--web.listen-address=0.0.0.0:0", "--control.socket=/c", "--loop=spin", "--loop.cpu=2",
            "--log.level=warn", "--log.format=json", "--log.file=/l", "--close-on-exit",
            "--standby", "--producer-label=oms", "--storage.journal-copy=/j",
            "--storage.max-journal-bytes=65536", "--storage.journal-archives=3"});

  EXPECT_TRUE(loaded.problems.empty());
  const Config& config = loaded.config;
  EXPECT_EQ(config.rules.files, (Texts{"a.yml", "b.yml"}));
  EXPECT_EQ(config.segment.dir, "/d");
  EXPECT_EQ(config.storage.path, "/s");
  EXPECT_EQ(config.web.listen_address.host, "0.0.0.0");
  EXPECT_EQ(config.web.listen_address.port, 0);
  EXPECT_EQ(config.control.socket, "/c");
  EXPECT_EQ(config.loop.kind, LoopKind::spin);
  EXPECT_EQ(config.loop.cpu, 2);
  EXPECT_EQ(config.log.level, LogLevel::warn);
  EXPECT_EQ(config.log.format, LogFormat::json);
  EXPECT_EQ(config.log.file, "/l");
  EXPECT_TRUE(config.close_on_exit);
  EXPECT_TRUE(config.standby);
  EXPECT_EQ(config.producer_label, "oms");
  EXPECT_EQ(config.storage.journal_copy, "/j");
  EXPECT_EQ(config.storage.max_journal_bytes, 65536U);
  EXPECT_EQ(config.storage.journal_archives, 3U);
}

TEST(Flags, BeatTheFile) {
  const std::string file = testing::TempDir() + "flags_beat_the_file.yml";
  std::ofstream{file} << "log: {level: error, format: json}\nrules: {file: [a.yml, b.yml]}\n";

  const Loaded loaded =
      load({"--config.file", file.c_str(), "--log.level=debug", "--rules.file=c.yml"});

  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_EQ(loaded.config.log.level, LogLevel::debug);
  EXPECT_EQ(loaded.config.log.format, LogFormat::json);
  EXPECT_EQ(loaded.config.rules.files, Texts{"c.yml"});
}

TEST(Flags, ReportEveryWrongValueByTheirNames) {
  const Loaded loaded = load({"--loop.cpu=first", "--web.listen-address=9717"});

  ASSERT_EQ(loaded.problems.size(), 2u);
  EXPECT_EQ(to_text(loaded.problems[0]),
            "--loop.cpu: found \"first\"; needed the number of a core, from 0 to 1023");
  EXPECT_EQ(to_text(loaded.problems[1]),
            "--web.listen-address: found \"9717\"; needed a numeric address and a port, such as "
            "127.0.0.1:9717 or [::1]:9717");
}

TEST(Flags, ThatAreUnknownAreAMistakeOfUse) {
  const Parsed parsed = parse({"--web.listen_address=:1"});

  EXPECT_EQ(parsed.exit_code, 2);
  EXPECT_NE(parsed.err.find("--web.listen_address"), std::string::npos) << parsed.err;
}

TEST(Flags, PrintTheVersion) {
  const Parsed parsed = parse({"--version"});

  EXPECT_EQ(parsed.exit_code, 0);
  EXPECT_EQ(parsed.out, "1.2.3\n");
}

TEST(Flags, AreAllInTheHelpWithTheirDefaults) {
  const Parsed parsed = parse({"--help"});

  EXPECT_EQ(parsed.exit_code, 0);
  for (const Key& key : all_keys()) {
    const bool flag = parsed.out.find("--" + std::string{key.name} + " ") != std::string::npos;
    EXPECT_EQ(flag, key.kind != KeyKind::file_only) << key.name;
    if (!flag) continue;
    EXPECT_NE(key.help.find("(default: "), std::string_view::npos) << key.name;
    EXPECT_NE(parsed.out.find(key.help.substr(0, 20)), std::string::npos) << key.name;
  }
}

}  // namespace
}  // namespace outrider::config
