// SPDX-License-Identifier: Apache-2.0
#include "probes/exec.hpp"

#include <unistd.h>

#include <cerrno>

#include "probes/program.hpp"

namespace outrider::probes {

namespace {

class ExecAttempt final : public Attempt {
 public:
  explicit ExecAttempt(const config::ExecProbe& config)
      : config_{config}, program_{{config.command, config.environment, {}}} {}

  [[nodiscard]] int descriptor() const override { return program_.descriptor(); }

  std::optional<Outcome> look() override {
    if (program_.error() != 0) return refusal();
    const std::optional<Ending> ended = program_.look();
    if (!ended) return std::nullopt;
    if (is_given_up_) return Outcome{Failure::timeout, "killed with its group", {config_.timeout}};
    const auto known = config_.exit_codes.find(ended->status);
    const bool is_known = ended->exited && known != config_.exit_codes.end();
    const double value = is_known ? known->second : config_.other;
    return Outcome{Failure::none, {}, {value}, health_of(*ended, value)};
  }

  void give_up() override {
    is_given_up_ = true;
    program_.kill();
  }

 private:
  [[nodiscard]] aggregate::Health health_of(const Ending& ended, double value) const {
    if (ended.exited && ended.status == 0) return aggregate::Health::healthy;
    return value == config_.missing ? aggregate::Health::not_configured
                                    : aggregate::Health::unhealthy;
  }

  [[nodiscard]] Outcome refusal() const {
    const std::string& file = config_.command.front();
    // An interpreter that is not there is ENOENT, too.
    const bool is_missing = program_.error() == ENOENT && ::access(file.c_str(), F_OK) != 0;
    return {is_missing ? Failure::missing : Failure::unreachable,
            file + ": " + shm::errno_text(program_.error()),
            {is_missing ? config_.missing : config_.other}};
  }

  const config::ExecProbe& config_;
  Program program_;
  bool is_given_up_ = false;
};

}  // namespace

ExecSource::ExecSource(const config::ExecProbe& config)
    : config_{config},
      metrics_{{{config.series, "How " + config.command.front() + " ended.",
                 aggregate::FamilyKind::gauge},
                config.labels}} {}

std::unique_ptr<Attempt> ExecSource::begin() {
  return std::make_unique<ExecAttempt>(config_);
}

}  // namespace outrider::probes
