// SPDX-License-Identifier: Apache-2.0
// The thread of the interval log, where one is configured. It reads the files that the
// others leave, and steps back behind them.

#include <algorithm>
#include <thread>

#include "clocks.hpp"
#include "hdr_log/log_file.hpp"
#include "hdr_log/log_text.hpp"
#include "sidecar.hpp"
#include "this_thread.hpp"

namespace outrider {

using namespace std::chrono_literals;

void Sidecar::begin_hdr_log() {
  if (settings_.config.hdr_log.file.empty()) return;
  const auto all = [](const std::string&, const shm::SeriesInfo&) { return true; };
  hdr_intervals_ = std::make_unique<hdr_log::Intervals>(directory_, all, true);
  std::vector<std::string> problems;
  hdr_intervals_->look(problems);  // what other lives have taken is in no interval of this one
  for (const std::string& problem : problems) log_.error("hdr-log.file: " + problem);
}

void Sidecar::run_hdr_log() {
  name_this_thread("hdr-log");
  step_this_thread_back();
  const config::HdrLogConfig wanted = settings_.config.hdr_log;
  hdr_log::LogFile file{wanted.file, wanted.max_bytes};
  std::string said;
  Now begun = read_clocks();
  for (bool ends = false; !ends;) {
    std::this_thread::sleep_for(std::min<nanoseconds>(wanted.interval, 100ms));
    ends = stop_others_;  // then the guard has passed for the last time
    const Now now = read_clocks();
    const nanoseconds length = now.steady - begun.steady;
    if (length < wanted.interval && !ends) continue;
    std::vector<std::string> problems;
    const auto lines = hdr_log::log_lines(hdr_intervals_->look(problems), {begun.wall, length});
    const std::string problem = file.append(lines, begun.wall);
    if (!problem.empty() && problem != said) problems.push_back(problem);
    said = problem;
    for (const std::string& each : problems) log_.error("hdr-log.file: " + each);
    begun = now;
  }
}

}  // namespace outrider
