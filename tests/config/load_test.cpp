// SPDX-License-Identifier: Apache-2.0
// The fixtures: every *.good.yml loads without a problem; every *.bad.yml says
// in its own comments, `# expect: LINE:COLUMN: text`, exactly what is reported.
#include "config/load.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "config/keys.hpp"
#include "config/paths.hpp"

namespace outrider::config {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

const fs::path fixtures = fs::path{OUTRIDER_SOURCE_DIR} / "tests/config/fixtures";

std::vector<fs::path> fixtures_ending(const std::string& end) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator{fixtures}) {
    if (entry.path().string().ends_with(end)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> expected_of(const fs::path& file) {
  std::ifstream stream{file};
  std::vector<std::string> expected;
  const std::string mark = "# expect: ";
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(mark)) expected.push_back(line.substr(mark.size()));
  }
  return expected;
}

std::vector<std::string> problems_of(const Loaded& loaded, const std::string& source) {
  std::vector<std::string> texts;
  for (const Problem& problem : loaded.problems) {
    std::string text = to_text(problem);
    EXPECT_TRUE(text.starts_with(source + ":")) << text;
    texts.push_back(text.substr(source.size() + 1));
  }
  return texts;
}

std::vector<std::string> problems_of(const std::string& text) {
  return problems_of(load_text(text, "f.yml"), "f.yml");
}

using Texts = std::vector<std::string>;

TEST(ConfigFile, IsAcceptedWhenItIsGood) {
  ASSERT_FALSE(fixtures_ending(".good.yml").empty());
  for (const fs::path& file : fixtures_ending(".good.yml")) {
    EXPECT_EQ(problems_of(load_file(file), file), Texts{}) << file;
  }
}

TEST(ConfigFile, IsRefusedWithEveryProblemAtOnceAndItsPlace) {
  ASSERT_FALSE(fixtures_ending(".bad.yml").empty());
  for (const fs::path& file : fixtures_ending(".bad.yml")) {
    ASSERT_FALSE(expected_of(file).empty()) << file;
    EXPECT_EQ(problems_of(load_file(file), file), expected_of(file)) << file;
  }
}

TEST(ConfigFile, SetsEveryField) {
  const Loaded loaded = load_file(fixtures / "everything.good.yml");

  const Config& config = loaded.config;
  EXPECT_EQ(config.rules.files, (Texts{fixtures / "desk.rules.yml", "/etc/outrider/risk.yml"}));
  EXPECT_EQ(config.rules.default_interval, 50ms);
  EXPECT_EQ(config.segment.dir, "/dev/shm/outrider");
  EXPECT_EQ(config.segment.max_stale_bytes, 1'048'576U);
  EXPECT_EQ(config.storage.path, fixtures / "state");
  EXPECT_EQ(config.web.listen_address.host, "::1");
  EXPECT_EQ(config.web.listen_address.port, 9800);
  EXPECT_EQ(config.control.socket, "/run/outrider.sock");
  EXPECT_EQ(config.loop.kind, LoopKind::spin);
  EXPECT_EQ(config.loop.cpu, 3);
  EXPECT_EQ(config.log.level, LogLevel::debug);
  EXPECT_EQ(config.log.format, LogFormat::json);
  EXPECT_EQ(config.log.file, "/var/log/outrider.log");
  EXPECT_TRUE(config.close_on_exit);
  EXPECT_TRUE(config.standby);
  EXPECT_EQ(config.producer_label, "");
}

TEST(ConfigFile, MapsAlertsToBreakersAndTheKillSwitch) {
  const Loaded loaded = load_file(fixtures / "everything.good.yml");

  const ProtectionConfig& protection = loaded.config.protection;
  EXPECT_TRUE(protection.arm_at_start);
  EXPECT_EQ(protection.lease, 500ms);
  EXPECT_EQ(protection.quiet_period, 30s);
  EXPECT_TRUE(protection.on_stale_latch);
  EXPECT_EQ(loaded.config.day.begins_at, 17h + 30min);
  EXPECT_EQ(loaded.config.day.time_zone, "America/New_York");
  EXPECT_EQ(protection.probes, 3u);
  EXPECT_EQ(protection.success_window, 5s);
  EXPECT_EQ(protection.trips_to_kill, 4u);
  ASSERT_EQ(protection.breakers.size(), 4u);
  EXPECT_EQ(protection.breakers[0].alert, "RejectStorm");
  EXPECT_EQ(protection.breakers[0].scope, "venue");
  EXPECT_EQ(protection.breakers[0].action, BreakerAction::halt_new);
  EXPECT_EQ(protection.breakers[0].cooldown, 10s);
  EXPECT_EQ(protection.breakers[1].scope, "global");
  EXPECT_EQ(protection.breakers[1].action, BreakerAction::alert);
  EXPECT_EQ(protection.breakers[1].cooldown, 60s);
  ASSERT_EQ(protection.kill_switch.size(), 1u);
  EXPECT_EQ(protection.kill_switch[0].alert, "MaxLoss");
  EXPECT_EQ(protection.kill_switch[0].scope, "producer");
}

TEST(ConfigFile, SaysWhatABreakerDoesAndHowItEnds) {
  const auto breakers = load_file(fixtures / "everything.good.yml").config.protection.breakers;

  ASSERT_EQ(breakers.size(), 4u);
  EXPECT_TRUE(breakers[0].auto_rearm);
  EXPECT_FALSE(breakers[0].probes);
  EXPECT_EQ(breakers[2].action, BreakerAction::halt_new_and_cancel_all);
  EXPECT_FALSE(breakers[2].auto_rearm);
  EXPECT_EQ(breakers[2].probes, 0u);
  EXPECT_EQ(breakers[2].trips_to_kill, 0u);
  EXPECT_EQ(breakers[3].action, BreakerAction::reduce_only);
}

TEST(ConfigFile, BlocksEntriesForATime) {
  const auto blocks = load_file(fixtures / "everything.good.yml").config.protection.entry_blocks;

  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(blocks[0].alert, "Loss");
  EXPECT_EQ(blocks[0].scope, "strategy");
  EXPECT_EQ(blocks[0].duration, 90min);
  EXPECT_EQ(blocks[0].cleared_by, "Win");
  EXPECT_EQ(blocks[1].duration, 60min);
  EXPECT_EQ(blocks[1].cleared_by, "");
}

TEST(ConfigFile, SaysWhatGoesOutWhileNoSidecarRuns) {
  const auto on_stale = load_file(fixtures / "everything.good.yml").config.protection.on_stale;

  ASSERT_EQ(on_stale.size(), 2u);
  EXPECT_EQ(on_stale[0].scope, "venue=binance");
  EXPECT_EQ(on_stale[0].action, OnStale::reduce_only);
  EXPECT_EQ(on_stale[1].scope, "global");
  EXPECT_EQ(on_stale[1].action, OnStale::keep_going);
}

TEST(ConfigFile, MayBeEmpty) {
  EXPECT_EQ(problems_of(""), Texts{});
  EXPECT_EQ(problems_of("# only a comment\n"), Texts{});
  EXPECT_EQ(problems_of("web:\nprotection:\n  breakers:\n"), Texts{});
}

TEST(ConfigFile, TakesAKeyWholeOrNested) {
  EXPECT_EQ(load_text("web.listen-address: ':1'", "f").config.web.listen_address.port, 1);
  EXPECT_EQ(load_text("web: {listen-address: ':1'}", "f").config.web.listen_address.port, 1);
}

TEST(ConfigFile, RefusesAKeyGivenBothWays) {
  EXPECT_EQ(
      problems_of("log.level: info\nlog:\n  level: warn\n"),
      Texts{"3:3: log.level: found a second time; needed once; remove it, or the one in line 1"});
}

TEST(ConfigFile, EndsOnATextInWhichTheYamlLibraryFindsDocumentsWithoutEnd) {
  EXPECT_EQ(problems_of(", a\n").back(),
            "1:1: found a second document; needed one a file; join them");
}

TEST(ConfigFile, RefusesWhatIsNoMapping) {
  EXPECT_EQ(problems_of("- a\n"), Texts{"1:1: found a list; needed a mapping of keys to values"});
  EXPECT_EQ(problems_of("a: 1\n---\nb: 2\n").back(),
            "3:1: found a second document; needed one a file; join them");
}

TEST(ConfigFile, ShowsNoControlCharactersAndNoEndlessValues) {
  const auto problems = problems_of("log.level: \"\\e[2J" + std::string(500, 'x') + "\"");

  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].find('\033'), std::string::npos);
  EXPECT_LT(problems[0].size(), 200u);
}

TEST(ConfigFile, CannotExhaustTheReader) {
  EXPECT_EQ(problems_of(std::string(500'000, '[')).size(), 1u);
  EXPECT_EQ(problems_of("web: &a {web: *a}\n").size(), 1u);
  EXPECT_EQ(problems_of(std::string(100'000, 'k') + ": 1\n").size(), 1u);
}

TEST(ConfigFile, IsRefusedWhenItIsNoFile) {
  char directory[] = "/tmp/outrider-config-XXXXXX";
  ASSERT_NE(mkdtemp(directory), nullptr);
  const std::string pipe = std::string{directory} + "/pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string large = std::string{directory} + "/large.yml";
  std::ofstream{large} << std::string((1 << 20) + 1, '#');

  EXPECT_EQ(
      problems_of(load_file(pipe), pipe),
      Texts{" found a directory, or what is no file; needed a readable file; correct the path"});
  EXPECT_EQ(
      problems_of(load_file(directory), directory),
      Texts{" found a directory, or what is no file; needed a readable file; correct the path"});
  EXPECT_EQ(problems_of(load_file("/no/such.yml"), "/no/such.yml"),
            Texts{" found no such file; needed a readable file; correct the path"});
  EXPECT_EQ(problems_of(load_file(large), large),
            Texts{" found more than 1 MiB; needed a configuration; correct the path"});
  fs::remove_all(directory);
}

TEST(AlertNames, MustBeThoseOfTheLoadedRules) {
  const Loaded loaded = load_text(
      "protection:\n"
      "  breakers:\n"
      "    - {alert: RejectStrom, scope: venue}\n"
      "    - {alert: LatencyHigh, scope: venue}\n"
      "  kill_switch:\n"
      "    - alert: MaxLoss\n",
      "f.yml");
  ASSERT_TRUE(loaded.problems.empty());

  Loaded checked;
  checked.problems = check_alert_names(loaded.config, {"RejectStorm", "LatencyHigh"});

  EXPECT_EQ(problems_of(checked, "f.yml"),
            (Texts{"3:7: found alert \"RejectStrom\"; needed one of the loaded rule files; "
                   "nearest: RejectStorm",
                   "6:7: found alert \"MaxLoss\"; needed one of the loaded rule files; correct the "
                   "name, or load its file"}));
}

TEST(AlertNames, OfEntryBlocksMustBeThereToo) {
  const Loaded loaded = load_text(
      "protection:\n"
      "  entry_blocks:\n"
      "    - {alert: Loss, cleared_by: Wim}\n",
      "f.yml");

  Loaded checked;
  checked.problems = check_alert_names(loaded.config, {"Loss", "Win"});

  EXPECT_EQ(problems_of(checked, "f.yml"),
            (Texts{"3:7: found alert \"Wim\"; needed one of the loaded rule files; nearest: Win"}));
}

TEST(SampleConfiguration, IsGoodAndNamesTheDefaults) {
  const fs::path file = fs::path{OUTRIDER_SOURCE_DIR} / "tools/deploy/sidecar.yml";

  const Loaded loaded = load_file(file);

  EXPECT_EQ(problems_of(loaded, file), Texts{});
  const Config defaults;
  EXPECT_EQ(loaded.config.protection.lease, defaults.protection.lease);
  EXPECT_EQ(loaded.config.rules.default_interval, defaults.rules.default_interval);
  EXPECT_EQ(loaded.config.web.listen_address.port, default_port);
  EXPECT_FALSE(loaded.config.protection.arm_at_start);
}

/// The file, with every setting that is switched off.
std::string whole_sample() {
  std::ifstream stream{fs::path{OUTRIDER_SOURCE_DIR} / "tools/deploy/sidecar.yml"};
  std::string text;
  for (std::string line; std::getline(stream, line);) {
    // "#key: value" is a setting that is switched off; "# words" is a comment.
    const std::size_t mark = line.find('#');
    const bool setting = mark != std::string::npos && mark + 1 < line.size() &&
                         line[mark + 1] != ' ' && line.find_first_not_of(' ') == mark;
    text += (setting ? line.erase(mark, 1) : line) + "\n";
  }
  return text;
}

TEST(SampleConfiguration, IsStillGoodWithEveryCommentedSettingTakenIn) {
  EXPECT_EQ(problems_of(load_text(whole_sample(), "f.yml"), "f.yml"), Texts{});
}

TEST(SampleConfiguration, HasEverySetting) {
  const YAML::Node sample = YAML::Load(whole_sample());

  for (const Key& key : all_keys()) {
    if (key.name == "config.file") continue;  // which is this one
    const std::string name{key.name};
    const std::size_t dot = name.find('.');
    const YAML::Node section = sample[name.substr(0, dot)];
    const bool stands_below = section.IsMap() && section[name.substr(dot + 1)];
    EXPECT_TRUE(sample[name] || stands_below) << name << " is not in tools/deploy/sidecar.yml";
  }
}

}  // namespace
}  // namespace outrider::config
