// SPDX-License-Identifier: Apache-2.0
#include "cli/top_command.hpp"

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "cli/terminal.hpp"
#include "cli/top_text.hpp"
#include "cli/top_watch.hpp"
#include "config/duration.hpp"
#include "outrider/shm/file.hpp"

namespace outrider::cli {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr nanoseconds shortest_interval = std::chrono::milliseconds{100};
constexpr nanoseconds longest_interval = std::chrono::hours{1};

struct TopOptions {
  std::string interval = "1s";
  bool once = false;
  bool as_json = false;
};

int complain_of(const Overview& overview) {
  return complain(overview.not_permitted ? exit_not_permitted : exit_nobody, overview.problem);
}

/// Looks, waits, looks; false when somebody wished to end meanwhile. What is faster than
/// nothing needs two looks.
bool look_twice(TopWatch& watch, nanoseconds interval, const Wishes& wishes, TopFrame& frame) {
  frame = watch.look();
  if (!frame.overview.problem.empty()) return true;
  const Clock::time_point end = Clock::now() + interval;
  for (Wishes::Wish wish{}; Clock::now() < end;) {
    wish = wishes.wait_until(end, false);
    if (wish == Wishes::Wish::quit) return false;
  }
  frame = watch.look();
  return true;
}

/// One look, or one after the other, as lines that stay.
int print_looks(const TopOptions& options, const Places& places, nanoseconds interval) {
  const Wishes wishes;
  TopWatch watch(places, interval);
  TopFrame frame;
  if (!look_twice(watch, interval, wishes, frame)) return exit_done;
  for (;;) {
    if (!frame.overview.problem.empty()) return complain_of(frame.overview);
    const std::string page = options.as_json ? top_json(frame, options.once ? 2 : -1)
                                             : top_text(frame, {wants_colours(), 0});
    std::fputs(page.c_str(), stdout);
    if (std::fflush(stdout) != 0 || options.once) return exit_done;
    if (!options.as_json) std::fputs("\n", stdout);
    const Clock::time_point end = Clock::now() + interval;
    while (Clock::now() < end) {
      if (wishes.wait_until(end, false) == Wishes::Wish::quit) return exit_done;
    }
    frame = watch.look();
  }
}

/// A page that stays in its place, until somebody ends it.
int show_page(const Places& places, nanoseconds interval) {
  TopWatch watch(places, interval);
  TopFrame frame = watch.look();
  if (!frame.overview.problem.empty()) return complain_of(frame.overview);
  const Wishes wishes;
  const Terminal terminal;
  for (Clock::time_point end = Clock::now() + interval;;) {
    const Terminal::Size size = terminal.size();
    terminal.show(top_text(frame, {wants_colours(), size.columns}, size.lines));
    const Wishes::Wish wish = wishes.wait_until(end, terminal.listens());
    if (wish == Wishes::Wish::quit) return exit_done;
    if (wish == Wishes::Wish::redraw) continue;
    end = Clock::now() + interval;
    frame = watch.look();
  }
}

int show_top(const TopOptions& options, const Places& places) {
  const auto interval = config::parse_duration(options.interval);
  if (!interval || *interval < shortest_interval || *interval > longest_interval) {
    return complain(exit_usage, "--interval: found " + shm::shown(options.interval) +
                                    "; needed a time from 100ms to 1h, such as 1s");
  }
  if (options.once || options.as_json || !can_show_page())
    return print_looks(options, places, *interval);
  return show_page(places, *interval);
}

}  // namespace

void add_top_command(const Command& program, const Places& places) {
  const Command command = program.command(
      "top", "gates, alerts, latency, rates and producers, again every second; q ends it");
  command.footer(
      "Read from the segments, whether or not a sidecar runs; latency, alerts and lost samples "
      "are\n"
      "asked of the sidecar, and missing while none answers. A rate is of the time since the look\n"
      "before, then of the last 10, 100 and 1000 s, as soon as nine tenths of these were watched; "
      "a\n"
      "minus sign is not known. No colours where NO_COLOR is set. Where standard output is no\n"
      "terminal, one look follows the other.\n"
      "Exit codes: 0 shown, 2 usage, 3 not permitted, 4 no segment directory.");
  const auto options = std::make_shared<TopOptions>();
  command.option("--interval", options->interval, "between two looks; default 1s");
  command.flag("--once", options->once, "two looks, of which the second is shown");
  command.flag("--json", options->as_json, "for programs; an object a look");
  command.does([options, &places] { return show_top(*options, places); });
}

}  // namespace outrider::cli
