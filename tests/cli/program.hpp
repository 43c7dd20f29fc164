// SPDX-License-Identifier: Apache-2.0
// The real `outrider` program as a child, and what it says; a segment directory
// with real traders' segments; and a stand-in for the sidecar that answers on
// the control socket with the real protection behind it.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <outrider/producer.hpp>
#include <string>
#include <vector>

#include "outputs/http_server.hpp"
#include "outrider/shm/control.hpp"
#include "outrider/shm/heartbeat.hpp"
#include "outrider/shm/telemetry.hpp"
#include "protection/guard_thread.hpp"

namespace outrider::cli {

struct Said {
  int code = -1;
  std::string out;  ///< standard output and standard error
};

/// Runs `outrider ARGUMENTS` through the shell.
inline Said run_program(const std::string& arguments) {
  Said said;
  const std::string command = std::string(OUTRIDER_BIN_DIR "/outrider ") + arguments + " 2>&1";
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    said.out.append(buffer.data(), got);
  }
  const int status = ::pclose(pipe);
  said.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return said;
}

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// A segment directory of the test's own.
struct CommandLine : testing::Test {
  protection::OwnDirectory own;
  std::string directory = own.file("");

  void SetUp() override {
    directory.pop_back();  // the slash
    std::filesystem::create_directories(directory + "/t");
    for (const char* part : {"", "/t", "/c", "/c/kill"}) {
      std::filesystem::permissions(directory + part, std::filesystem::perms::owner_all);
    }
  }
  Said run(const std::string& arguments) const {
    return run_program("--segment.dir " + directory + " " + arguments);
  }
};

/// A trader with two gates, and its control segment as a sidecar would make it.
class Trader {
 public:
  explicit Trader(const std::string& directory) {
    Status status;
    ProducerOptions options;
    options.name = "gateway-1";
    options.directory = directory;
    producer_ = Producer::create(options, status);
    EXPECT_TRUE(status.ok()) << status.message;
    gates_.push_back(producer_.gate("orders", {{"venue", "binance"}}));
    gates_.push_back(producer_.gate("quotes", {{"venue", "kraken"}}));
    std::string why;
    EXPECT_EQ(
        shm::attach_telemetry(shm::telemetry_path(directory, "gateway-1", 1), telemetry_, why),
        shm::AttachResult::attached)
        << why;
    directory_ = directory;
  }

  void make_control() {
    shm::FileError error;
    control_ =
        shm::open_or_make_control(directory_, "gateway-1", {telemetry_.header.geometry, 1}, error);
    EXPECT_TRUE(control_) << error.message;
  }
  shm::Control control() const {
    const shm::Geometry& geometry = telemetry_.header.geometry;
    return {{control_.data(), control_.size()}, geometry.lanes + 1, geometry.gates};
  }
  /// Opens gate `slot` for as long as a lease can run.
  void grant(std::uint32_t slot) const {
    constexpr std::uint64_t longest = (std::uint64_t{1} << 34) - 1;
    // relaxed: the word is the whole message.
    control().gate(slot).word.store(shm::ticks(telemetry_.header.clock.kind).raw() + longest,
                                    std::memory_order_relaxed);
    shm::BasicGateDetail<std::string_view> detail;
    detail.state = GateState::trading;
    shm::store_detail(control().gate(slot), detail);
  }
  void close(std::uint32_t slot, GateState state, const char* scope, const char* reason) const {
    // relaxed: the word is the whole message.
    control().gate(slot).word.store(shm::closed_word(state), std::memory_order_relaxed);
    shm::BasicGateDetail<std::string_view> detail;
    detail.state = state;
    detail.since_wall_ms = 1'700'000'000'123;
    detail.scope = scope;
    detail.reason = reason;
    shm::store_detail(control().gate(slot), detail);
  }
  GateState state(std::uint32_t slot) const {
    // relaxed: the word is the whole message.
    return shm::state_of_word(control().gate(slot).word.load(std::memory_order_relaxed),
                              shm::ticks(telemetry_.header.clock.kind));
  }

 private:
  std::string directory_;
  Producer producer_ = Producer::detached();
  std::vector<Gate> gates_;
  shm::AttachedTelemetry telemetry_;
  shm::Mapping control_;
};

/// Protection with a guard thread, behind a real control socket.
class StandIn {
 public:
  explicit StandIn(const protection::OwnDirectory& directory)
      : life_(directory),
        server_(options(directory.file("control.sock")),
                [this](const auto& request) { return answer(request); }) {
    life_.run_guard();
    server_.start();
  }

 private:
  static outputs::HttpServerOptions options(const std::string& path) {
    outputs::HttpServerOptions wanted;
    wanted.unix_path = path;
    return wanted;
  }
  outputs::Response answer(const outputs::Request& request) {
    const protection::Caller caller{protection::user_name(request.peer->uid),
                                    protection::Role::armer};
    const protection::Now now = protection::real_now();
    const protection::ControlAnswer from = request.path == "/api/v1/arm"
                                               ? life_.control->arm(request.body, caller, now)
                                               : life_.control->kill(request.body, caller, now);
    return {.status = from.status, .content_type = "application/json", .body = from.body};
  }

  protection::Life life_;
  outputs::HttpServer server_;
};

}  // namespace outrider::cli
