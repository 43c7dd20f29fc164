// SPDX-License-Identifier: Apache-2.0
#include "cli/tail_command.hpp"

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/quantity.hpp"
#include "cli/series_selector.hpp"
#include "cli/table.hpp"
#include "cli/tail_watch.hpp"
#include "cli/terminal.hpp"
#include "outputs/status.hpp"
#include "outrider/shm/file.hpp"

namespace outrider::cli {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

/// The writer's line is fetched away at each look, so there are no more than needed.
constexpr std::chrono::milliseconds between_looks{10};
constexpr std::chrono::milliseconds between_hurried_looks{1};
constexpr std::chrono::milliseconds between_listings{500};

struct TailOptions {
  std::string series;
  std::uint64_t count = 0;
  bool as_json = false;
};

/// What CLOCK_MONOTONIC lacks to be Unix time, in nanoseconds.
std::int64_t wall_offset() {
  const std::chrono::nanoseconds wall = std::chrono::system_clock::now().time_since_epoch();
  return wall.count() - static_cast<std::int64_t>(shm::monotonic_ns());
}

/// "2026-11-21T01:43:00.123456Z".
std::string time_text(std::uint64_t stamp_ns, std::int64_t offset) {
  const std::int64_t at = static_cast<std::int64_t>(stamp_ns) + offset;
  std::string text = outputs::wall_text(at / 1'000'000);
  std::array<char, 8> micros{};
  std::snprintf(micros.data(), micros.size(), "%03d", static_cast<int>(at / 1000 % 1000));
  text.insert(text.empty() ? 0 : text.size() - 1, micros.data());
  return text;
}

std::string line_of(const TailedSample& each, std::int64_t offset) {
  return printable(time_text(each.sample.stamp_ns, offset) + "  " + each.producer + '/' +
                   each.lane + "  " + each.series.text() + "  " +
                   quantity_text(each.series, each.sample.value)) +
         '\n';
}

std::string json_of(const TailedSample& each, std::int64_t offset) {
  json labels = json::object();
  for (const auto& [name, value] : each.series.labels) labels[name] = value;
  const json shown{{"event", "sample"},
                   {"time", time_text(each.sample.stamp_ns, offset)},
                   {"monotonic_ns", each.sample.stamp_ns},
                   {"producer", each.producer},
                   {"generation", each.generation},
                   {"lane", each.lane},
                   {"series", each.series.name},
                   {"labels", labels},
                   {"value", in_base_units(each.series, each.sample.value)}};
  return shown.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

std::string json_of(const TailNotice& notice) {
  const json shown{{"event", notice.event},
                   {"producer", notice.producer},
                   {"samples", notice.samples},
                   {"text", notice.text}};
  return shown.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
}

/// Beside the samples, where a reader of those alone sees nothing of it.
void print(const TailNotice& notice, bool as_json) {
  if (as_json) {
    std::fputs(json_of(notice).c_str(), stdout);
  } else {
    std::fprintf(stderr, "-- %s\n", printable(notice.text).c_str());
  }
}

/// At most `left` samples. What ended has nothing after its end.
void print(const TailLook& look, bool as_json, std::uint64_t& left) {
  for (const TailNotice& notice : look.notices) {
    if (notice.event != "ended") print(notice, as_json);
  }
  const std::int64_t offset = wall_offset();
  for (const TailedSample& each : look.samples) {
    if (left == 0) break;
    std::fputs((as_json ? json_of(each, offset) : line_of(each, offset)).c_str(), stdout);
    --left;
  }
  for (const TailNotice& notice : look.notices) {
    if (notice.event == "ended") print(notice, as_json);
  }
  std::fflush(stdout);
}

int follow(const TailOptions& options, const std::string& directory,
           const std::vector<promql::LabelMatcher>& matchers) {
  const Wishes wishes;
  TailWatch watch(directory, matchers);
  std::uint64_t left = options.count == 0 ? ~std::uint64_t{0} : options.count;
  TailLook first;
  watch.look_for_producers(first);
  print(first, options.as_json, left);
  if (watch.is_empty() && !options.as_json)
    std::fprintf(stderr, "-- no trader runs yet in %s; waiting for one\n", directory.c_str());
  for (Clock::time_point listed = Clock::now(); left != 0;) {
    TailLook look = watch.look();
    if (Clock::now() - listed >= between_listings) {
      watch.look_for_producers(look);
      listed = Clock::now();
    }
    print(look, options.as_json, left);
    const auto pause = look.hurries ? between_hurried_looks : between_looks;
    if (wishes.wait_until(Clock::now() + pause, false) == Wishes::Wish::quit) break;
  }
  return exit_done;
}

int show_tail(const TailOptions& options, const Places& places) {
  std::string why;
  const auto matchers = selector_matchers(options.series, why);
  if (!matchers) return complain(exit_usage, why);
  const std::string directory = places.directory();
  if (const auto code = complain_of_folder(directory, "t")) return *code;
  return follow(options, directory, *matchers);
}

}  // namespace

void add_tail_command(const Command& program, const Places& places) {
  const Command command = program.command("tail", "samples of histograms as they come");
  command.footer(
      "Looks into the rings a hundred times a second and takes nothing out: the sidecar's counts\n"
      "are what they were, and none need run. Samples that were overwritten before they were "
      "looked\n"
      "at, or spilled because a ring was full, are counted and told on standard error. What "
      "begins\n"
      "later is followed from its beginning.\n"
      "Exit codes: 0 ended by Ctrl-C or after --count, 2 usage, 3 not permitted, 4 no segment "
      "directory.");
  const auto options = std::make_shared<TailOptions>();
  command.option("--series", options->series,
                 "only what this selector selects, as in PromQL, with the label producer");
  command.option("--count", options->count, "end after that many samples");
  command.flag("--json", options->as_json, "an object a line, with notices among them");
  command.does([options, &places] { return show_tail(*options, places); });
}

}  // namespace outrider::cli
