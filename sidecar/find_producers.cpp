// SPDX-License-Identifier: Apache-2.0
// The discovery thread's walk through the directory: which files there are, which
// of them are segments, and which of them nobody needs any more.
#include <algorithm>
#include <filesystem>

#include "outrider/shm/identity.hpp"
#include "planner.hpp"

namespace outrider {

using namespace std::chrono_literals;

namespace {

/// A file that was refused is opened again this often, and no more files than that
/// are remembered: somebody may fill the directory.
constexpr nanoseconds retry_period = 1s;
constexpr std::size_t most_refused_files = 4096;
/// What one scan costs whatever the directory holds: entries looked at, and files
/// opened in vain. The next one goes on from there.
constexpr std::size_t entries_a_scan = 8192;
constexpr std::size_t vain_opens_a_scan = 128;
constexpr std::size_t most_candidates = 16'384;

bool is_ready(shm::AttachResult result) {
  return result != shm::AttachResult::absent && result != shm::AttachResult::not_ready;
}

}  // namespace

Planner::Known* Planner::known(const std::string& name, nanoseconds now) {
  if (const auto found = producers_.find(name); found != producers_.end()) return &found->second;
  if (producers_.size() >= max_producers) {
    refused("producer " + name + ": found more than " + std::to_string(max_producers) +
                " producers; needed at most as many; it is not attached; remove the checkpoints of "
                "names that are gone, and start the sidecar again",
            parts_.facts.segments_refused);
    return nullptr;
  }
  bool damaged = false;
  shm::FileError error;
  auto checkpoint = drain::Checkpoint::open(parts_.directory, name, damaged, error);
  if (checkpoint == nullptr) {
    refused(error.message, parts_.facts.segments_refused);
    return nullptr;
  }
  if (damaged) {
    parts_.log.error(
        parts_.directory + "/c/" + name +
        ".checkpoint: found it damaged; needed it as a sidecar left it; its totals are "
        "lost and begin anew from what the trader still holds; look for who wrote it");
  }
  Known& fresh = producers_[name];
  const drain::ImageHead& head = checkpoint->head(checkpoint->active());
  fresh.last_retired = head.last_retired;
  fresh.last_birth = head.last_retired_birth;
  fresh.producer = std::make_unique<ProducerRuntime>();
  fresh.producer->name = name;
  fresh.producer->histograms.extend(*checkpoint, now);
  fresh.producer->drainer = std::make_unique<drain::Drainer>(std::move(checkpoint));
  fresh.producer->beat_seen = now;
  fresh.producer->recorded_seen = now;
  changed_ = true;
  return &fresh;
}

// Producers of which only a checkpoint is left: their totals are shown too.
bool Planner::find_histories(nanoseconds now) {
  segments::remove_orphans(parts_.directory);
  constexpr std::string_view suffix = ".checkpoint";
  // By hand: the increment of a range-for throws.
  std::error_code error;
  std::filesystem::directory_iterator entry{parts_.directory + "/c", error};
  for (; !error && entry != std::filesystem::directory_iterator{}; entry.increment(error)) {
    const std::string file = entry->path().filename();
    if (!file.ends_with(suffix)) continue;
    const std::string name = file.substr(0, file.size() - suffix.size());
    if (shm::is_producer_name(name)) known(name, now);
  }
  return !error || could_not_look("c", error);
}

bool Planner::could_not_look(const char* part, const std::error_code& error) {
  parts_.log.error(
      parts_.directory + "/" + part + ": found " + error.message() +
      "; needed a directory that this user may list; gates close while this lasts; repair it");
  return false;
}

// A bounded step. What is new is collected until the directory was looked through,
// so that of one name the oldest is opened first, and only then the next look begins.
bool Planner::find_segments(nanoseconds now) {
  fresh_.clear();
  if (candidates_.empty()) {
    std::vector<segments::Found> found;
    const auto error = listing_.step(entries_a_scan, found);
    if (error) return could_not_look("t", error);
    for (segments::Found& each : found) {
      if (is_wanted(each, now)) collected_.push_back(std::move(each));
    }
    if (!listing_.is_whole() && collected_.size() < most_candidates) return true;
    std::sort(collected_.begin(), collected_.end(), std::greater<>{});
    candidates_.swap(collected_);
  }
  for (std::size_t in_vain = 0; !candidates_.empty() && in_vain < vain_opens_a_scan;) {
    if (is_wanted(candidates_.back(), now) && !attach(candidates_.back(), now)) ++in_vain;
    candidates_.pop_back();
  }
  if (!fresh_.empty()) drop_stale(fresh_);
  return true;
}

/// Whether it is neither attached nor was refused a moment ago.
bool Planner::is_wanted(const segments::Found& found, nanoseconds now) const {
  if (const auto it = producers_.find(found.name); it != producers_.end()) {
    const auto has = [&](const auto& segment) { return segment->generation() == found.generation; };
    const auto& open = it->second.segments;
    if (std::any_of(open.begin(), open.end(), has)) return false;
  }
  const auto refused = retry_.find(found);
  return refused == retry_.end() || now >= refused->second;
}

void Planner::retry_later(const segments::Found& found) {
  if (!retry_.insert_or_assign(found, now_ + retry_period).second) return;
  retry_order_.push_back(found);
  if (retry_order_.size() <= most_refused_files) return;
  retry_.erase(retry_order_.front());
  retry_order_.pop_front();
}

/// Whether it is one to read; a file that was opened in vain is not.
bool Planner::attach(const segments::Found& found, nanoseconds now) {
  shm::AttachResult result{};
  std::string why;
  auto segment = segments::open_segment(parts_.directory, found, result, why);
  if (segment == nullptr) {
    if (!is_ready(result)) return false;
    retry_later(found);
    refused("segment not attached (" + std::string{to_string(result)} + "): " + why,
            parts_.facts.segments_refused);
    return false;
  }
  // sync(retired): acquire, pairs with Drainer::retire, of an earlier sidecar too.
  if (segment->control.state().retired.load(std::memory_order_acquire) == 1) {
    // Where its file cannot be removed, the trader's next start does it.
    if (!segments::remove_files(parts_.directory, *segment)) retry_later(found);
    return false;
  }
  Known* producer = known(found.name, now);
  if (producer == nullptr) return false;
  take_in(*producer, segment);
  return true;
}

void Planner::take_in(Known& producer, const std::shared_ptr<segments::Segment>& segment) {
  const std::string number = std::to_string(segment->generation());
  const bool is_late = segment->generation() <= producer.last_retired &&
                       !segment->is_same(producer.last_retired, producer.last_birth);
  if (is_late) {
    refused("producer " + segment->name + ": found generation " + number + " after generation " +
                std::to_string(producer.last_retired) +
                " was carried over: its numbers began anew (was t/" + segment->name +
                ".lock removed?) or an older file came late; it is drained all the same",
            parts_.facts.generations_renumbered);
  }
  if (segment->is_of_another_boot()) {
    segment->abandoned = true;
    refused("producer " + segment->name + ": generation " + number +
                " was written before this machine last started: it is not drained, what is unread "
                "in it is counted as lost (stale_file)",
            parts_.facts.segments_refused);
  }
  if (producer.segments.empty()) producer.lives_since = {now_, segment->birth()};
  producer.segments.push_back(segment);
  std::sort(producer.segments.begin(), producer.segments.end(),
            [](const auto& a, const auto& b) { return segments::is_before(*a, *b); });
  fresh_.push_back(segment);
  parts_.log.info("producer attached", {{"producer", segment->name},
                                        {"generation", number},
                                        {"pid", std::to_string(segment->telemetry.header.pid)}});
  changed_ = true;
}

// Dead traders' files that nobody has read yet: beyond the limit the oldest go
// unread. The guard has not heard of any of them.
void Planner::drop_stale(std::vector<std::shared_ptr<segments::Segment>>& fresh) {
  std::erase_if(fresh, [](const auto& each) { return !each->trader_has_ended(nullptr); });
  std::sort(fresh.begin(), fresh.end(),
            [](const auto& a, const auto& b) { return a->birth() < b->birth(); });
  std::uint64_t bytes = 0;
  for (const auto& each : fresh) bytes += each->telemetry.file.size;
  for (const auto& each : fresh) {
    if (bytes <= max_stale_bytes_) return;
    bytes -= each->telemetry.file.size;
    each->abandoned = true;
    refused("producer " + each->name + ": generation " + std::to_string(each->generation()) +
                " is removed unread: dead traders' files hold more than " +
                std::to_string(max_stale_bytes_) +
                " bytes (segment.max-stale-bytes); what is in it is counted as lost (stale_file)",
            parts_.facts.stale_files_dropped);
  }
}

// Files of the oldest generation, once the guard has carried it over.
bool Planner::bury(Known& each) {
  if (each.segments.empty()) return false;
  segments::Segment& oldest = *each.segments.front();
  // sync(retired): acquire, pairs with Drainer::retire.
  if (!oldest.retired.load(std::memory_order_acquire)) return false;
  each.last_retired = oldest.generation();
  each.last_birth = oldest.birth();
  if (parts_.departed != nullptr)
    parts_.departed->keep(parts_.directory, oldest.name, oldest.generation());
  if (!segments::remove_files(parts_.directory, oldest)) {
    parts_.log.info("the trader's next start removes its file", {{"producer", oldest.name}});
    retry_later({oldest.name, oldest.generation()});
  }
  segments::remove_orphans(parts_.directory);
  each.segments.erase(each.segments.begin());
  return true;
}

}  // namespace outrider
