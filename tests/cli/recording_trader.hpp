// SPDX-License-Identifier: Apache-2.0
// A trader in a process of its own that records when it is told to, and can be killed.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <outrider/producer.hpp>
#include <string>

#include "outrider/shm/control.hpp"
#include "outrider/shm/telemetry.hpp"

namespace outrider::cli {

class RecordingTrader {
 public:
  static constexpr int ring_capacity = 256;

  /// Its segment is there when this returns.
  explicit RecordingTrader(const std::string& directory, const char* name = "gateway-1") {
    EXPECT_EQ(::pipe2(wishes_.data(), O_CLOEXEC), 0);
    EXPECT_EQ(::pipe2(answers_.data(), O_CLOEXEC), 0);
    pid_ = ::fork();
    if (pid_ == 0) {
      live(directory, name);
      ::_exit(0);
    }
    wait_for_answer();
  }
  ~RecordingTrader() {
    kill_now();
    for (const int end : {wishes_[0], wishes_[1], answers_[0], answers_[1]}) ::close(end);
  }
  RecordingTrader(const RecordingTrader&) = delete;
  RecordingTrader& operator=(const RecordingTrader&) = delete;

  /// 1 us, 2 us, ... `samples` us, and as many orders; done when this returns.
  void record(std::uint32_t samples) {
    EXPECT_EQ(::write(wishes_[1], &samples, sizeof samples), ssize_t{sizeof samples});
    wait_for_answer();
  }
  void kill_now() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  void wait_for_answer() {
    char done = 0;
    EXPECT_EQ(::read(answers_[0], &done, 1), 1) << "the trader has ended";
  }

  void live(const std::string& directory, const char* name) const {
    ::close(wishes_[1]);  // so that it ends with the test
    ProducerOptions options{.name = name, .directory = directory};
    options.housekeeping = Housekeeping::manual;  // so that it knows when it is connected
    options.geometry = {.lanes = 2, .ring_capacity = ring_capacity};
    Status status;
    Producer producer = Producer::create(options, status);
    if (!status.ok()) return;
    Writer writer = producer.writer("main");
    Counter orders = writer.counter("orders_total", "Orders", {{"venue", "binance"}});
    Gauge equity = writer.gauge("equity_usd", "Equity");
    Histogram latency =
        writer.histogram("order_send_seconds", "Latency", {.unit = Unit::nanoseconds()});
    [[maybe_unused]] const Gate gate = producer.gate("orders", {{"venue", "binance"}});
    equity.set(1234.5);
    std::uint32_t samples = 0;
    do {
      for (std::uint64_t us = 1; us <= samples; ++us) latency.record(us * 1000, ticks());
      orders.add(samples);
      if (::write(answers_[1], "!", 1) != 1) return;
      keep_house_until_wished(producer);
    } while (::read(wishes_[0], &samples, sizeof samples) == ssize_t{sizeof samples});
  }
  void keep_house_until_wished(Producer& producer) const {
    pollfd door{wishes_[0], POLLIN, 0};
    do {
      producer.housekeep();
    } while (::poll(&door, 1, 20) == 0);
    producer.housekeep();  // what was there before the wish is seen
  }

  std::array<int, 2> wishes_{};
  std::array<int, 2> answers_{};
  pid_t pid_ = -1;
};

/// The control segment that a sidecar would make, and a position in it.
class TakenSamples {
 public:
  explicit TakenSamples(const std::string& directory, const char* name = "gateway-1") {
    std::string why;
    EXPECT_EQ(shm::attach_telemetry(shm::telemetry_path(directory, name, 1), telemetry_, why),
              shm::AttachResult::attached);
    shm::FileError error;
    mapping_ = shm::open_or_make_control(directory, name, {telemetry_.header.geometry, 1}, error);
    EXPECT_TRUE(mapping_) << error.message;
  }
  /// Of the first lane.
  void set(std::uint64_t position) const {
    const shm::Geometry& geometry = telemetry_.header.geometry;
    const shm::Control control{
        {mapping_.data(), mapping_.size()}, geometry.lanes + 1, geometry.gates};
    // relaxed: no sidecar runs.
    control.position(0).store(position, std::memory_order_relaxed);
  }

 private:
  shm::AttachedTelemetry telemetry_;
  shm::Mapping mapping_;
};

}  // namespace outrider::cli
