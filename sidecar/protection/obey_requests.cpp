// SPDX-License-Identifier: Apache-2.0
#include "protection/obey_requests.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace outrider::protection {
namespace {

/// How long the guard may take to answer.
constexpr std::chrono::seconds patience{2};
/// Between two looks where nobody says that something has changed.
constexpr std::chrono::milliseconds blind_period{10};
constexpr std::uint32_t changes_of_requests =
    IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;

}  // namespace

RequestObeyer::RequestObeyer(const Parts& parts, std::string directory)
    : parts_(parts),
      watch_(std::move(directory)),
      notices_{::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)} {}

/// Before each look, so that what changes after it is noticed: the directory may be
/// another one by now, and the same is no second watch.
bool RequestObeyer::listen() {
  std::array<char, 4096> notices{};
  while (::read(notices_.get(), notices.data(), notices.size()) > 0) {
  }
  return ::inotify_add_watch(notices_.get(), watch_.directory().c_str(), changes_of_requests) >= 0;
}

void RequestObeyer::wait(std::chrono::milliseconds at_most) const {
  const bool is_blind = !is_heard_ || wants_another_ || !obeyed_.empty() || !problem_.empty();
  bell_.wait(is_blind ? std::min(at_most, blind_period) : at_most, notices_.get());
}

std::vector<std::string> RequestObeyer::step() {
  std::vector<std::string> lines;
  is_heard_ = listen();
  wants_another_ = false;
  const KillRequests requests = watch_.read_new();
  problem_ = requests.problem;
  if (!problem_.empty()) lines.push_back("kill requests: " + problem_);
  for (const std::string& each : requests.refused)
    lines.push_back(each + "; needed a file of its own; write one, or outrider kill");
  for (const KillRequest& each : requests.obeyable) lines.push_back(obey(each));
  remove_journalled(lines);
  return lines;
}

std::string RequestObeyer::obey(const KillRequest& request) {
  Command command;
  command.kind = CommandKind::kill;
  command.scope = parts_.protection.scope(request.scope);
  command.cause = Cause{{}, request.actor, request.reason, 0};
  const std::uint64_t dropped = parts_.scribe.dropped();
  const bool carried_out = parts_.desk.ask(command, patience).has_value();
  if (carried_out) {
    obeyed_.push_back({request, parts_.scribe.mark(dropped)});
  } else {
    watch_.give_again(request);
    wants_another_ = true;
  }
  return "kill request by " + request.actor + ": " + request.scope +
         (carried_out ? " is KILLED: " : " will be KILLED, the guard is slow: ") + request.reason;
}

void RequestObeyer::remove_journalled(std::vector<std::string>& lines) {
  const auto journalled = std::stable_partition(
      obeyed_.begin(), obeyed_.end(),
      [this](const Obeyed& each) { return !parts_.scribe.is_written(each.mark); });
  for (auto each = journalled; each != obeyed_.end(); ++each) {
    const shm::FileError error = remove_kill_request(watch_.directory(), each->request);
    if (error) lines.push_back(error.message);
  }
  obeyed_.erase(journalled, obeyed_.end());
}

}  // namespace outrider::protection
