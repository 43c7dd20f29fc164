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

bool is_ready(shm::AttachResult result) {
  return result != shm::AttachResult::absent && result != shm::AttachResult::not_ready;
}

}  // namespace

Planner::Known* Planner::known(const std::string& name, nanoseconds now) {
  if (const auto found = producers_.find(name); found != producers_.end()) return &found->second;
  if (producers_.size() >= max_producers) {
    refused("more than " + std::to_string(max_producers) +
                " producers: further ones are not attached; remove checkpoints of names that are "
                "gone, and start the sidecar again",
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
    parts_.log.error("the checkpoint was damaged: its history is lost and a new one begins",
                     {{"producer", name}});
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
void Planner::find_histories(nanoseconds now) {
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
}

void Planner::find_segments(nanoseconds now) {
  fresh_.clear();
  for (const segments::Found& found : segments::list_segments(parts_.directory)) attach(found, now);
  if (!fresh_.empty()) drop_stale(fresh_);
}

void Planner::attach(const segments::Found& found, nanoseconds now) {
  if (const auto it = producers_.find(found.name); it != producers_.end()) {
    const auto has = [&](const auto& segment) { return segment->generation() == found.generation; };
    const auto& open = it->second.segments;
    if (std::any_of(open.begin(), open.end(), has)) return;
  }
  if (const auto refused = retry_.find(found); refused != retry_.end() && now < refused->second)
    return;
  if (retry_.size() >= most_refused_files) retry_.clear();
  shm::AttachResult result{};
  std::string why;
  auto segment = segments::open_segment(parts_.directory, found, result, why);
  if (segment == nullptr) {
    if (!is_ready(result)) return;
    retry_[found] = now + retry_period;
    return refused("segment not attached (" + std::string{to_string(result)} + "): " + why,
                   parts_.facts.segments_refused);
  }
  // sync(retired): acquire, pairs with Drainer::retire, of an earlier sidecar too.
  if (segment->control.state().retired.load(std::memory_order_acquire) == 1) {
    // Where its file cannot be removed, the trader's next start does it.
    if (!segments::remove_files(parts_.directory, *segment)) retry_[found] = now + retry_period;
    return;
  }
  if (Known* producer = known(found.name, now); producer != nullptr) take_in(*producer, segment);
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
  if (!segments::remove_files(parts_.directory, oldest)) {
    parts_.log.info("the trader's next start removes its file", {{"producer", oldest.name}});
    retry_[{oldest.name, oldest.generation()}] = now_ + retry_period;
  }
  segments::remove_orphans(parts_.directory);
  each.segments.erase(each.segments.begin());
  return true;
}

}  // namespace outrider
