// SPDX-License-Identifier: Apache-2.0
#include "cli/hlog_command.hpp"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <memory>

#include "cli/series_selector.hpp"
#include "cli/terminal.hpp"
#include "config/duration.hpp"
#include "hdr_log/log_file.hpp"
#include "hdr_log/log_text.hpp"

namespace outrider::cli {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using std::chrono::nanoseconds;

constexpr nanoseconds shortest_interval = 100ms;
constexpr nanoseconds longest_interval = 24h;
constexpr std::uint64_t fewest_bytes = 4096;

struct HlogOptions {
  std::string series;
  std::string interval = "1s";
  std::string file;
  std::uint64_t count = 0;
  std::uint64_t max_bytes = std::uint64_t{64} << 20;
  bool total = false;
};

nanoseconds wall_now() {
  return std::chrono::system_clock::now().time_since_epoch();
}

/// Standard output, or a file with an end.
class Sink {
 public:
  explicit Sink(const HlogOptions& options)
      : is_file_{!options.file.empty()}, file_{options.file, options.max_bytes} {
    if (!is_file_) std::fputs(hdr_log::log_front(wall_now()).c_str(), stdout);
  }

  /// Empty, or why it was not written.
  std::string write(const std::string& lines, nanoseconds wall) {
    if (is_file_) return file_.append(lines, wall);
    std::fputs(lines.c_str(), stdout);
    if (std::fflush(stdout) == 0) return {};
    return "standard output: found " + shm::errno_text(errno) + "; needed room or a reader";
  }

 private:
  bool is_file_;
  hdr_log::LogFile file_;
};

void tell(std::vector<std::string>& problems) {
  for (const std::string& each : problems) std::fprintf(stderr, "-- %s\n", each.c_str());
  problems.clear();
}

/// All that was ever counted, as one interval. Nobody knows when it began; readers take a
/// stamp of long ago for one that counts from the file's begin, so its length is none.
int show_total(hdr_log::Intervals& intervals, const HlogOptions& options) {
  Sink sink{options};
  std::vector<std::string> problems;
  const std::string lines = hdr_log::log_lines(intervals.look(problems), {wall_now(), 0ns});
  tell(problems);
  const std::string problem = sink.write(lines, wall_now());
  return problem.empty() ? exit_done : complain(exit_failed, problem);
}

int follow(hdr_log::Intervals& intervals, const HlogOptions& options, nanoseconds interval) {
  const Wishes wishes;
  std::vector<std::string> problems;
  intervals.look(problems);
  tell(problems);
  Sink sink{options};
  nanoseconds wall = wall_now();
  Clock::time_point begin = Clock::now();
  std::string problem = sink.write("", wall);  // one that cannot be written is told at once
  auto wish = Wishes::Wish::none;
  for (std::uint64_t number = 1; problem.empty() && wish != Wishes::Wish::quit; ++number) {
    const Clock::time_point end = begin + interval;
    while (Clock::now() < end && wish != Wishes::Wish::quit) wish = wishes.wait_until(end, false);
    const nanoseconds wall_then = wall_now();
    const Clock::time_point now = Clock::now();
    const auto lines = hdr_log::log_lines(intervals.look(problems), {wall, now - begin});
    tell(problems);
    problem = sink.write(lines, wall);
    if (number == options.count) break;
    begin = now;
    wall = wall_then;
  }
  return problem.empty() ? exit_done : complain(exit_failed, problem);
}

int show_hlog(const HlogOptions& options, const Places& places) {
  std::string why;
  const auto matchers = selector_matchers(options.series, why);
  if (!matchers) return complain(exit_usage, why);
  const auto interval = config::parse_duration(options.interval);
  if (!interval || *interval < shortest_interval || *interval > longest_interval) {
    return complain(exit_usage, "--interval: found " + shm::shown(options.interval) +
                                    "; needed a time from 100ms to 1d, such as 1s");
  }
  if (options.max_bytes < fewest_bytes) {
    return complain(exit_usage, "--max-bytes: found " + std::to_string(options.max_bytes) +
                                    "; needed at least 4096");
  }
  const std::string directory = places.directory();
  if (const auto code = complain_of_folder(directory, "c")) return *code;
  hdr_log::Intervals intervals{directory,
                               [&](const auto& producer, const auto& info) {
                                 return is_selected(*matchers, producer, info);
                               },
                               !options.total};
  return options.total ? show_total(intervals, options) : follow(intervals, options, *interval);
}

}  // namespace

void add_hlog_command(const Command& program, const Places& places) {
  const Command command =
      program.command("hlog", "histograms as an interval log, for the tools of HdrHistogram");
  command.footer(
      "Reads the checkpoints that sidecars leave, and what is spilled: each completed call is in\n"
      "one interval, as soon as a sidecar has taken it; without a sidecar there is nothing new.\n"
      "An interval in which a histogram counted nothing has no line. The tag is the series, its\n"
      "labels parted by semicolons; times are in nanoseconds.\n"
      "Exit codes: 0 ended by Ctrl-C, or after --count; 1 not written, 2 usage, 3 not permitted,\n"
      "4 no segment directory.");
  const auto options = std::make_shared<HlogOptions>();
  command.option("--series", options->series,
                 "only what this selector selects, as in PromQL, with the label producer");
  command.option("--interval", options->interval, "how long one is; default 1s");
  command.option("--count", options->count, "end after that many intervals");
  command.option("--out", options->file, "append to this file; default standard output");
  command.option("--max-bytes", options->max_bytes,
                 "at this size it is renamed to FILE.1 and begun anew; default 67108864");
  command.flag("--total", options->total, "all that was ever counted, as one interval, and end");
  command.does([options, &places] { return show_hlog(*options, places); });
}

}  // namespace outrider::cli
