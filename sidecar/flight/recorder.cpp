// SPDX-License-Identifier: Apache-2.0
#include "flight/recorder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "flight/excerpt.hpp"
#include "flight/gather.hpp"

namespace outrider::flight {

using namespace std::chrono_literals;

namespace {

/// For what is small beside segments and series: recording.json, directories.
constexpr std::uint64_t small_files = std::uint64_t{256} << 10;

/// Who takes the looks looks out for a wish so often, and waits for a pass.
constexpr auto time_to_look = 300ms;

bool is_kill(const Trip& trip) {
  return trip.entry.action == protection::Action::kill;
}

/// A new file that is written once, from its beginning to its end.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_{std::move(path)} {
    constexpr mode_t mode = 0640;
    file_ = shm::Descriptor{::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
    if (!file_) fail(errno);
  }
  void put(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= most_buffered) flush();
  }
  /// Empty, or why it is not whole.
  std::string finish() {
    flush();
    if (problem_.empty() && ::fdatasync(file_.get()) != 0) fail(errno);
    return problem_;
  }

 private:
  static constexpr std::size_t most_buffered = std::size_t{64} << 10;

  void flush() {
    for (std::string_view left = buffer_; !left.empty() && problem_.empty();) {
      const ssize_t put = ::write(file_.get(), left.data(), left.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return fail(put == 0 ? ENOSPC : errno);
      left.remove_prefix(static_cast<std::size_t>(put));
    }
    buffer_.clear();
  }
  void fail(int code) {
    problem_ = path_ + ": found " + shm::errno_text(code) + "; needed room for a recording";
  }

  std::string path_;
  shm::Descriptor file_;
  std::string buffer_;
  std::string problem_;
};

std::string word_of(const Trip& trip) {
  const protection::Cause& cause = trip.entry.cause;
  return std::string{cause.rule.empty() ? protection::action_word(trip.entry.action)
                                        : cause.rule.view()};
}

}  // namespace

Recorder::Recorder(Parts parts, const config::FlightRecorderConfig& config)
    : parts_{std::move(parts)},
      config_{config},
      shelf_{parts_.directory, {config.recordings, config.max_bytes}} {}

void Recorder::open() {
  if (const std::string problem = shelf_.open(); !problem.empty())
    parts_.log.error("flight-recorder: " + problem);
  shelf_.remove_unfinished();
}

void Recorder::step(std::chrono::milliseconds at_most) {
  parts_.trips.wait(at_most);
  say_left_out(parts_.clock().steady);
  Trip trip;
  while (parts_.trips.next(trip)) {
    if (is_due(trip, parts_.clock().steady))
      record(trip);
    else
      leave_out(1);
  }
  leave_out(parts_.trips.take_untold());
}

/// A kill is latched until a person arms: it cannot flap, and must not be missing because
/// something small tripped before it.
bool Recorder::is_due(const Trip& trip, nanoseconds now) const {
  const auto is_over = [&](const std::optional<nanoseconds>& begun) {
    return !begun || now - *begun >= config_.interval;
  };
  return is_over(recorded_) || (is_kill(trip) && is_over(kill_recorded_));
}

void Recorder::leave_out(std::uint64_t trips) {
  left_out_ += trips;
  parts_.counts.trips_unrecorded += trips;
}

void Recorder::say_left_out(nanoseconds now) {
  if (left_out_ == 0 || said_left_out_ || now - *recorded_ < config_.interval) return;
  said_left_out_ = true;
  parts_.log.warn(
      "trips are in no flight recording: they came within flight-recorder.interval "
      "of the one before, or it failed",
      {{"trips", std::to_string(left_out_)}});
}

void Recorder::record(const Trip& first) {
  const nanoseconds begun = parts_.clock().steady;
  Recording recording;
  recording.name = recording_name(first.entry.wall, word_of(first));
  recording.trips.push_back(first);
  recording.trips_before = std::exchange(left_out_, 0);
  said_left_out_ = false;
  recorded_ = begun;
  const std::string problem = make(recording);
  if (problem.empty()) {
    if (std::any_of(recording.trips.begin(), recording.trips.end(), is_kill))
      kill_recorded_ = begun;
    ++parts_.counts.made;
    said_failure_ = false;
    parts_.log.info("flight recorded",
                    {{"path", shelf_.path_of(recording.name)},
                     {"tripped", word_of(first)},
                     {"trips", std::to_string(recording.trips.size() + recording.trips_unnamed)},
                     {"problems", std::to_string(recording.problems.size())}});
    return;
  }
  shelf_.give_up(recording.name);
  ++parts_.counts.failed;
  leave_out(recording.trips.size() + recording.trips_unnamed);
  left_out_ += recording.trips_before;
  if (!std::exchange(said_failure_, true))
    parts_.log.error("flight-recorder: " + problem + "; gates are guarded all the same");
}

std::string Recorder::make(Recording& recording) {
  const nanoseconds begun = parts_.clock().steady;
  std::string problem = copy_segments(recording);
  if (!problem.empty()) return problem;
  parts_.want_look();
  recording.status = parts_.status();
  collect(recording, begun + settle_time - time_to_look);
  parts_.want_look();  // what came of it is in the series, too
  collect(recording, begun + settle_time);
  if (recording.trips.size() > 1) recording.status = parts_.status();
  problem = write_series(recording);
  if (!problem.empty()) return problem;
  NewFile file{shelf_.unfinished_path_of(recording.name) + '/' + recording_file};
  file.put(recording_json(recording, parts_.expressions()));
  problem = file.finish();
  return problem.empty() ? shelf_.finish(recording.name) : problem;
}

std::string Recorder::copy_segments(Recording& recording) {
  Gathered gathered = gather(parts_.segments, parts_.departed);
  if (!gathered.problem.empty()) recording.problems.push_back(gathered.problem);
  std::vector<LaneImages> images;
  std::size_t in_memory = 0;
  for (const OpenSegment& each : gathered.segments) {
    images.push_back(read_lanes(each.file, most_image_bytes - in_memory));
    in_memory += images.back().bytes;
  }
  const protection::Now now = parts_.clock();
  recording.steady_ns = now.steady.count();
  recording.wall_ns = now.wall.count();
  std::string problem = shelf_.open();
  if (problem.empty()) problem = shelf_.make_room(small_files, small_files, now.wall);
  if (problem.empty()) problem = shelf_.begin(recording.name);
  for (std::size_t i = 0; i < images.size() && problem.empty(); ++i) {
    // Where they were too many to be read at once, these are read now.
    if (!images[i].is_whole) images[i] = read_lanes(gathered.segments[i].file, most_image_bytes);
    problem = copy_one(recording, gathered.segments[i], images[i]);
    images[i] = {};
  }
  return problem;
}

/// Empty where it went well, or ill for reasons of its own.
std::string Recorder::copy_one(Recording& recording, const OpenSegment& segment,
                               const LaneImages& images) {
  std::uint64_t taken = 0;
  for (const RecordedSegment& each : recording.segments) taken += each.copy.bytes;
  const std::string path = shelf_.unfinished_path_of(recording.name) + '/' + segments_folder + '/' +
                           segment.name + '.' + std::to_string(segment.generation) + ".telemetry";
  const std::uint64_t most = config_.max_bytes / 2 - std::min(config_.max_bytes / 2, taken);
  const std::uint64_t bytes = std::min(segment.bytes, most);
  std::string problem =
      shelf_.make_room(taken + small_files + bytes, small_files + bytes, parts_.clock().wall);
  if (!problem.empty()) return problem;
  RecordedSegment& recorded = recording.segments.emplace_back(
      RecordedSegment{segment.name, segment.generation, segment.departed,
                      copy_segment(segment, images, path, most)});
  if (recorded.copy.problem.empty()) return {};
  if (recorded.copy.no_room) return path + ": " + recorded.copy.problem + "; needed room for it";
  recording.problems.push_back(segment.name + ": " + recorded.copy.problem);
  return {};
}

/// What else trips until then.
void Recorder::collect(Recording& recording, nanoseconds until) {
  Trip trip;
  while (true) {
    recording.trips_unnamed += parts_.trips.take_untold();
    while (parts_.trips.next(trip)) {
      if (recording.trips.size() < most_named)
        recording.trips.push_back(trip);
      else
        ++recording.trips_unnamed;
    }
    const nanoseconds left = until - parts_.clock().steady;
    if (left <= 0ns || parts_.ends) return;
    parts_.trips.wait(std::min<std::chrono::milliseconds>(
        100ms, std::chrono::ceil<std::chrono::milliseconds>(left)));
  }
}

std::string Recorder::write_series(Recording& recording) {
  std::uint64_t copied = small_files;
  for (const RecordedSegment& each : recording.segments) copied += each.copy.bytes;
  const std::uint64_t most = config_.max_bytes / 2 - std::min(config_.max_bytes / 2, copied);
  Excerpt excerpt;
  std::uint64_t bytes = 0;
  for (nanoseconds window = config_.window; window >= 1ms; window /= 2) {
    parts_.ask_history(
        [&](const history::Timeline& timeline) { excerpt = excerpt_of(timeline, window); });
    bytes = 0;
    recording.samples =
        write_open_metrics(excerpt, [&](std::string_view lines) { bytes += lines.size(); });
    if (bytes <= most) break;
    recording.problems.push_back("found " + std::to_string(bytes) +
                                 " bytes of series; needed at "
                                 "most " +
                                 std::to_string(most) + "; half of the time is left out");
  }
  recording.series = excerpt.series.size();
  recording.from = excerpt.from();
  recording.to = excerpt.to();
  std::string problem = shelf_.make_room(copied + bytes, bytes + small_files, parts_.clock().wall);
  if (!problem.empty()) return problem;
  NewFile file{shelf_.unfinished_path_of(recording.name) + '/' + series_file};
  write_open_metrics(excerpt, [&](std::string_view lines) { file.put(lines); });
  return file.finish();
}

}  // namespace outrider::flight
