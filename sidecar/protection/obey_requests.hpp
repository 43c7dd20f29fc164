// SPDX-License-Identifier: Apache-2.0
// Kill request files of a running sidecar: obeyed as they are found, removed once the
// journal has them. For a thread that never waits for the disk of the journal.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "aggregate/bell.hpp"
#include "protection/commands.hpp"
#include "protection/kill_request.hpp"
#include "protection/scribe.hpp"

namespace outrider::protection {

class RequestObeyer {
 public:
  struct Parts {
    Protection& protection;
    CommandDesk& desk;
    Scribe& scribe;
  };
  RequestObeyer(const Parts& parts, std::string directory);

  /// Obeys what is new, and removes what is on disk by now. Lines to be logged.
  std::vector<std::string> step();
  /// Until there may be something to do, or wake(); at most so long.
  void wait(std::chrono::milliseconds at_most) const;
  void wake() const noexcept { bell_.ring(); }
  /// Why there may be requests that the last step has not seen; empty: there are none.
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
  struct Obeyed {
    KillRequest request;
    Scribe::Mark mark;
  };
  bool listen();
  std::string obey(const KillRequest& request);
  void remove_journalled(std::vector<std::string>& lines);

  Parts parts_;
  KillRequestWatch watch_;
  aggregate::Bell bell_;
  shm::Descriptor notices_;     ///< of the kernel, of what changes in the directory
  bool is_heard_ = false;       ///< what changes is noticed
  bool wants_another_ = false;  ///< something is left to be done, whatever changes
  std::string problem_;
  std::vector<Obeyed> obeyed_;  ///< not journalled yet: the next start must find them
};

}  // namespace outrider::protection
