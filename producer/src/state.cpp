// SPDX-License-Identifier: Apache-2.0
#include "state.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "fork.hpp"

namespace outrider::detail {
namespace {

constexpr auto beat_period = std::chrono::milliseconds{20};
/// Once connected, how many beats pass between two looks at the control file.
constexpr std::uint64_t beats_between_looks = 10;

Status to_status(const shm::FileError& error) {
  return {error.code, error.message};
}

}  // namespace

ProducerState::ProducerState() {
  open_detached();
}

ProducerState::ProducerState(const ProducerOptions& options, Status& status) {
  status = open_segment(options);
  if (!status.ok()) open_detached();
  watch_forks(*this);
}

// A failed attempt may leave members behind; each is replaced here.
void ProducerState::open_detached() {
  directory_.clear();
  lock_ = {};
  clock_use_ = {};
  geometry_ = {};
  clock_ = shm::calibrate(shm::process_clock.load(std::memory_order_relaxed));  // relaxed: cold
  shm::FileError error;
  mapping_ = shm::Mapping::anonymous(shm::TelemetryLayout{geometry_}.total, error);
  if (!error) error = window_.open({geometry_, 0});
  if (error) return open_last_resort();
  telemetry_ = std::make_unique<shm::Telemetry>(
      std::span{mapping_.data(), static_cast<std::size_t>(mapping_.size())}, geometry_);
  lanes_ = std::make_unique<Lane[]>(geometry_.lanes + 1);
}

// Not even memory to write nowhere into: three pages, in which nothing can be
// registered, so that every handle is one that writes nowhere.
void ProducerState::open_last_resort() {
  geometry_ = {1, 2, 1, 0, 0, 0, 0, 0, 0};
  const std::uint64_t telemetry = shm::TelemetryLayout{geometry_}.total;
  const std::uint64_t control = shm::ControlLayout{geometry_.lanes + 1, geometry_.gates}.total;
  last_resort_.reset(static_cast<std::byte*>(std::aligned_alloc(4096, telemetry + control)));
  if (last_resort_ == nullptr) throw std::bad_alloc{};
  std::fill_n(last_resort_.get(), telemetry + control, std::byte{0});
  telemetry_ = std::make_unique<shm::Telemetry>(
      std::span{last_resort_.get(), static_cast<std::size_t>(telemetry)}, geometry_);
  window_.borrow({last_resort_.get() + telemetry, static_cast<std::size_t>(control)},
                 {geometry_, 0});
  lanes_ = std::make_unique<Lane[]>(geometry_.lanes + 1);
}

Status ProducerState::open_segment(const ProducerOptions& options) {
  const std::string name{options.name};
  if (!shm::is_producer_name(name)) {
    return {EINVAL, "producer name: found \"" + shm::shown(name) +
                        "\"; needed 1 to 63 of [A-Za-z0-9._-], not starting with a dot; change "
                        "ProducerOptions::name"};
  }
  for (const auto& [field, text] :
       {std::pair{"instance", options.instance}, std::pair{"version", options.version}}) {
    if (text.size() < shm::identity_text_bytes) continue;
    return {EINVAL, std::string{"producer "} + field + ": found " + std::to_string(text.size()) +
                        " bytes; needed at most 63; shorten ProducerOptions::" + field};
  }
  if (const std::string why = shm::refusal_of(options.geometry); !why.empty()) {
    return {EINVAL, "geometry: " + why + "; change ProducerOptions::geometry"};
  }
  const std::string directory = shm::segment_directory(std::string{options.directory});
  shm::FileError error = shm::check_directory(directory);
  if (error) return to_status(error);
  Status status;
  clock_use_ = ClockUse::take(options.clock, status);
  if (!status.ok()) return status;
  clock_ = shm::calibrate(shm::process_clock.load(std::memory_order_relaxed));  // relaxed: cold
  lock_ = shm::NameLock::take(directory, name, error);
  if (error) return to_status(error);
  name_ = name;
  if (!take_generation(directory, error)) return to_status(error);
  error = make_segment(options, directory);
  if (error) return to_status(error);
  directory_ = directory;
  remove_retired(name);
  return {};
}

// Numbers begin anew where somebody has removed the lock file that keeps them: one
// whose files are still there belongs to an earlier start.
bool ProducerState::take_generation(const std::string& directory, shm::FileError& error) {
  const auto is_there = [](const std::string& path) { return ::access(path.c_str(), F_OK) == 0; };
  const auto is_taken = [&] {
    return is_there(shm::telemetry_path(directory, name_, generation_)) ||
           is_there(shm::control_path(directory, name_, generation_));
  };
  constexpr int most_tries = 10'000;
  for (int tries = 0; tries < most_tries; ++tries) {
    generation_ = lock_.next_generation(error);
    if (error) return false;
    if (!is_taken()) return true;
  }
  error = {EEXIST, directory + ": has files of " + std::to_string(most_tries) + " starts of \"" +
                       name_ + "\" that nobody removes: is a sidecar running?"};
  return false;
}

// The file gets its name last: until then a failure or a kill leaves nothing.
shm::FileError ProducerState::make_segment(const ProducerOptions& options,
                                           const std::string& directory) {
  geometry_ = options.geometry;
  shm::FileError error;
  const std::uint64_t bytes = shm::TelemetryLayout{geometry_}.total;
  const shm::Descriptor file = shm::make_nameless(directory + "/t", bytes, error);
  if (!file) {
    if (error.code == ENOSPC) error.message += ", or choose a smaller ProducerOptions::geometry";
    return error;
  }
  mapping_ = shm::Mapping::of_file(file, shm::Access::read_write, bytes, error);
  if (!mapping_) return error;
  error = shm::populate(mapping_);
  if (error) return error;
  ::madvise(mapping_.data(), mapping_.size(), MADV_DONTFORK);

  const std::span all{mapping_.data(), static_cast<std::size_t>(bytes)};
  telemetry_ = std::make_unique<shm::Telemetry>(all, geometry_);
  const std::string name{options.name};
  shm::format_telemetry(
      all, geometry_, clock_,
      {name, std::string{options.instance}, std::string{options.version}, generation_});
  error = window_.open({geometry_, generation_, telemetry_->header().created_wall_ns});
  if (error) return error;
  lanes_ = std::make_unique<Lane[]>(geometry_.lanes + 1);
  shm::beat(telemetry_->state().heartbeat, shm::read_clocks(clock_.kind));
  return shm::give_name(file, shm::telemetry_path(directory, name, generation_));
}

// Generations before ours that the sidecar has drained and could not unlink.
void ProducerState::remove_retired(const std::string& name) {
  // By hand: the increment of a range-for throws, and this must not.
  std::error_code error;
  std::filesystem::directory_iterator entry{directory_ + "/t", error};
  for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    const std::string file = entry->path().filename();
    if (file.starts_with(name + ".") && file.ends_with(".telemetry")) remove_if_retired(file);
  }
}

void ProducerState::remove_if_retired(const std::string& file) {
  const std::string number = file.substr(name_.size() + 1, file.size() - name_.size() - 11);
  if (number.empty() || number.find_first_not_of("0123456789") != std::string::npos) return;
  const std::uint64_t generation = std::strtoull(number.c_str(), nullptr, 10);
  if (generation == generation_) return;
  const std::string path = shm::telemetry_path(directory_, name_, generation);
  shm::AttachedTelemetry old;
  std::string why;
  if (shm::attach_telemetry(path, old, why) != shm::AttachResult::attached) return;
  shm::FileError error;
  const shm::Mapping control =
      shm::open_control(shm::control_path(directory_, name_, generation), shm::Access::read_only,
                        {old.header.geometry, generation, old.header.created_wall_ns}, error);
  if (!control) return;
  const shm::ControlView view{{control.data(), static_cast<std::size_t>(control.size())},
                              old.header.geometry.lanes + 1,
                              old.header.geometry.gates};
  // sync(retired): acquire, pairs with the sidecar's retirement. Its totals are
  // committed before the flag.
  if (view.state().retired.load(std::memory_order_acquire) == 1) ::unlink(path.c_str());
}

ProducerState::~ProducerState() {
  forget_forks(*this);
  {
    const std::lock_guard guard{mutex_};
    stopping_ = true;
  }
  wake_->notify_all();
  if (thread_.joinable()) thread_.join();
  // sync(closed): release, pairs with the sidecar's look at a segment's end.
  // Everything recorded is visible before the good-bye.
  if (telemetry_ != nullptr) telemetry_->state().closed.store(1, std::memory_order_release);
}

void ProducerState::start_thread() {
  thread_ = std::thread{[this] {
    std::unique_lock guard{mutex_};
    while (!stopping_) {
      guard.unlock();
      housekeep();
      guard.lock();
      wake_->wait_for(guard, beat_period, [this] { return stopping_; });
    }
  }};
}

void ProducerState::housekeep() noexcept {
  if (is_detached()) return;
  shm::beat(telemetry_->state().heartbeat, shm::read_clocks(clock_.kind));
  const bool look = !window_.connected() || beats_ % beats_between_looks == 0;
  ++beats_;
  if (!look) return;
  shm::FileError error;
  if (window_.swap_in(shm::control_path(directory_, name_, generation_), error)) {
    const auto view = window_.view().bytes();
    ::madvise(const_cast<std::byte*>(view.data()), view.size(), MADV_DONTFORK);
  }
}

void ProducerState::abandon_in_child() noexcept {
  const auto become_private = [](const std::byte* address, std::size_t bytes, int access) {
    ::mmap(const_cast<std::byte*>(address), bytes, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED,
           -1, 0);
  };
  if (!is_detached()) {
    become_private(mapping_.data(), mapping_.size(), PROT_READ | PROT_WRITE);
    become_private(window_.view().bytes().data(), window_.view().bytes().size(), PROT_READ);
  }
  // The housekeeping thread exists in the parent only: there is nothing to join,
  // and its condition is given up, whose end would wait for that thread for ever.
  if (thread_.joinable()) thread_.detach();
  (void)wake_.release();
  wake_ = std::make_unique<std::condition_variable>();
}

// ------------------------------------------------------------------- lanes

// A lane that had this name before, else a new one, else any that is free, else
// the shared one.
std::uint32_t ProducerState::choose_lane(std::string_view name) const noexcept {
  const std::uint32_t lanes = geometry_.lanes;
  std::uint32_t any_free = lanes;
  for (std::uint32_t i = 0; i < std::min(lanes_used_, lanes); ++i) {
    if (lanes_[i].users > 0) continue;
    if (lanes_[i].name == name) return i;
    if (any_free == lanes) any_free = i;
  }
  return lanes_used_ < lanes ? lanes_used_ : any_free;
}

std::uint32_t ProducerState::claim_lane(std::string_view name) noexcept {
  const std::lock_guard guard{mutex_};
  const std::uint32_t number = choose_lane(name);
  Lane& lane = lanes_[number];
  const auto& view = telemetry_->lane(number);
  const bool shared = is_shared(number);
  const auto tid = static_cast<std::uint32_t>(::gettid());
  if (lane.users++ == 0) lane.writer.open(view, window_.view().position(number), shared);
  // relaxed: told to people and to checks in this process; no data hangs on them.
  view.header->tid.store(tid, std::memory_order_relaxed);
  view.header->generation.fetch_add(1, std::memory_order_relaxed);
  view.header->state.store(
      static_cast<std::uint32_t>(shared ? shm::LaneState::shared : shm::LaneState::claimed),
      std::memory_order_relaxed);
  if (!shared) {
    // relaxed: as above.
    lane.guard.tid.store(tid, std::memory_order_relaxed);
    lane.guard.claim.fetch_add(1, std::memory_order_relaxed);
  }
  if (number >= lanes_used_) {
    lane.name = shared ? "shared" : std::string{name};
    std::copy_n(lane.name.data(), std::min(lane.name.size(), view.header->name.size() - 1),
                view.header->name.data());
    lanes_used_ = number + 1;
    telemetry_->publish_lanes(lanes_used_);
  }
  return number;
}

void ProducerState::free_lane(std::uint32_t number) noexcept {
  const std::lock_guard guard{mutex_};
  Lane& lane = lanes_[number];
  if (--lane.users > 0) return;
  // relaxed: nobody answers for this lane any more.
  telemetry_->lane(number).header->listening.store(0, std::memory_order_relaxed);
  // relaxed: told to people; the lane's numbers stay and go on.
  telemetry_->lane(number).header->state.store(static_cast<std::uint32_t>(shm::LaneState::free),
                                               std::memory_order_relaxed);
  // relaxed: a handle that outlived its writer must notice, in builds that check.
  // Those of the shared lane are anybody's and stay so.
  if (!is_shared(number)) lane.guard.claim.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace outrider::detail
