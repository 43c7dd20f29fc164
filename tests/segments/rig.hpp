// SPDX-License-Identifier: Apache-2.0
// A sidecar without threads: discovery scans and the guard passes when a test
// says so, over real files and real producers of this process.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "guard.hpp"
#include "outputs/exposition.hpp"
#include "outrider/producer.hpp"
#include "planner.hpp"
#include "producer/segment_view.hpp"
#include "protection/start.hpp"
#include "rules/rule_file.hpp"
#include "shm/segment_directory.hpp"

namespace outrider::test {

inline Now clocks() {
  timespec wall{};
  ::clock_gettime(CLOCK_REALTIME, &wall);
  return {steady_now(), std::chrono::seconds{wall.tv_sec} + nanoseconds{wall.tv_nsec}};
}

inline std::string text_of(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

class Sidecar {
 public:
  explicit Sidecar(const std::string& directory, const std::string& rules = {},
                   config::Config config = {})
      : directory_{directory}, config_{std::move(config)} {
    config_.protection.arm_at_start = true;
    auto parsed = rules::parse_rule_text(rules.empty() ? "groups: []" : rules, "test.rules.yml");
    for (const auto& problem : parsed.problems) ADD_FAILURE() << problem.text();
    rules_ = std::make_shared<const rules::RuleSet>(std::move(parsed.rules));
    started_ = protection::start(
        protection_,
        {directory + "/c/latch", directory + "/c/kill", {directory + "/latch.journal"}}, true,
        clocks());
    scribe_.emplace(std::move(started_.journal));
    planner_ = std::make_unique<Planner>(
        Planner::Parts{directory, protection_, queues_, exchange_, facts_, log_}, config_, rules_);
    guard_ = std::make_unique<Guard>(
        Guard::Parts{protection_, started_.latch, desk_, *scribe_, queues_, exchange_, facts_});
  }

  void scan() { planner_->scan(steady_now()); }
  bool pass() { return guard_->pass(clocks()); }
  /// Discovery looks, the guard passes, a few times: what was found is in force.
  void turn(int times = 3) {
    for (int i = 0; i < times; ++i) {
      scan();
      pass();
    }
  }
  /// Turns until a condition holds; false when it never did.
  bool turns_until(const std::function<bool()>& condition) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!condition()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      scan();
      pass();
      std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
  }

  /// The page as Prometheus would get it.
  std::string page() {
    auto asked =
        std::async(std::launch::async, [this] { return exchange_.ask(std::chrono::seconds{10}); });
    while (asked.wait_for(std::chrono::milliseconds{1}) != std::future_status::ready) turn(1);
    const auto publication = asked.get();
    return publication == nullptr ? std::string{}
                                  : outputs::to_text(outputs::to_families(publication->snapshot));
  }
  /// Value of a series of the page, given everything before the value.
  std::optional<double> metric(const std::string& series) {
    const std::string page = "\n" + this->page();
    const std::size_t at = page.find("\n" + series + " ");
    if (at == std::string::npos) return std::nullopt;
    return std::strtod(page.c_str() + at + series.size() + 2, nullptr);
  }
  [[nodiscard]] std::string log() const {
    EXPECT_TRUE(log_.flush(std::chrono::seconds{10}));
    return text_of(directory_ + "/log");
  }
  /// How often the log has a text.
  [[nodiscard]] std::size_t said(const std::string& text) const {
    const std::string all = log();
    std::size_t count = 0;
    for (std::size_t at = 0; (at = all.find(text, at)) != std::string::npos; ++at) ++count;
    return count;
  }

  Planner& planner() { return *planner_; }
  Guard& guard() { return *guard_; }
  SharedFacts& facts() { return facts_; }
  GuardQueues& queues() { return queues_; }
  protection::Protection& protection() { return protection_; }
  protection::Scribe& scribe() { return *scribe_; }

 private:
  config::LogConfig log_config() const {
    config::LogConfig config;
    config.file = directory_ + "/log";
    return config;
  }

  std::string directory_;
  config::Config config_;
  outputs::Log log_{log_config()};
  std::shared_ptr<const rules::RuleSet> rules_;
  protection::Protection protection_;
  protection::Started started_;
  std::optional<protection::Scribe> scribe_;
  protection::CommandDesk desk_;
  SharedFacts facts_;
  Exchange exchange_;
  std::unique_ptr<Planner> planner_;  ///< before the queues: plans go first
  GuardQueues queues_;
  std::unique_ptr<Guard> guard_;
};

/// A trader with a histogram, a counter, a gauge and a gate, in this process.
class Trader {
 public:
  explicit Trader(const std::string& directory, std::string name = "oms",
                  std::optional<shm::Geometry> geometry = std::nullopt)
      : name_{std::move(name)} {
    ProducerOptions options = small_options(directory);
    options.name = name_;
    if (geometry) options.geometry = *geometry;
    producer.emplace(options);
    writer = producer->writer("gateway");
    histogram = writer.histogram("order_seconds", "", {.unit = Unit::count(), .bounds = {100}});
    counter = writer.counter("orders_total", "");
    gauge = writer.gauge("pnl_dollars", "");
    gate = producer->gate("orders", {{"venue", name_}});
  }

  void record(int times = 1) {
    for (int i = 0; i < times; ++i) {
      histogram.record(static_cast<std::uint64_t>(i % 1'000), ticks());
      counter.inc();
    }
  }
  void beat() { producer->housekeep(); }
  [[nodiscard]] bool trades() const { return gate.open(ticks()); }

 private:
  std::string name_;

 public:
  std::optional<Producer> producer;
  Writer writer;
  Histogram histogram;
  Counter counter;
  Gauge gauge;
  Gate gate;
};

/// A telemetry file written by somebody who may, past everything of ours.
class Vandal {
 public:
  Vandal(const std::string& directory, const std::string& name, std::uint64_t generation = 1)
      : file_{
            ::open(shm::telemetry_path(directory, name, generation).c_str(), O_RDWR | O_CLOEXEC)} {
    struct stat info {};
    EXPECT_EQ(::fstat(file_.get(), &info), 0);
    bytes_ = static_cast<std::uint64_t>(info.st_size);
  }
  void cut(std::uint64_t length) const {
    ASSERT_EQ(::ftruncate(file_.get(), static_cast<off_t>(length)), 0);
  }
  void write(std::uint64_t offset, const void* data, std::size_t bytes) const {
    ASSERT_EQ(::pwrite(file_.get(), data, bytes, static_cast<off_t>(offset)),
              static_cast<ssize_t>(bytes));
  }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

 private:
  shm::Descriptor file_;
  std::uint64_t bytes_ = 0;
};

}  // namespace outrider::test
