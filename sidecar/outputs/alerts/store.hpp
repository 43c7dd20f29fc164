// SPDX-License-Identifier: Apache-2.0
// What survives the sidecar, in STATE_DIR/alerts: `sent`, the book, and `poison/`,
// what receivers refused. Each file takes the place of the one before in one
// step. Nothing here is synced: a killed process loses nothing, and after a power
// cut Alertmanager's own endsAt resolves what we no longer know of.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "outputs/alerts/book.hpp"
#include "outputs/alerts/schedule.hpp"
#include "outrider/shm/file.hpp"

namespace outrider::alerts {

/// A message that a receiver refused.
struct Poisoned {
  std::string receiver;
  long status = 0;        ///< what it answered
  nanoseconds refused{};  ///< Unix
  Alert alert;
  std::uint64_t episode = 0;
  bool ends = false;
};

class Store {
 public:
  explicit Store(const std::string& state_directory);

  /// Makes the directories; an error when that fails.
  shm::FileError open();

  shm::FileError write(const std::map<std::string, Known>& known,
                       const Schedule::Records& summaries = {});
  struct Sent {
    std::vector<Known> known;
    Schedule::Records summaries;
  };
  /// What `sent` holds; nothing, with a sentence, when it cannot be understood.
  [[nodiscard]] Sent read(std::string& problem) const;

  /// One file a receiver, alert and kind of message; the oldest makes room.
  shm::FileError put_aside(const Poisoned& message);
  [[nodiscard]] std::vector<Poisoned> poisoned() const;
  void forget(const Poisoned& message);

  static constexpr std::size_t most_poisoned = 256;

 private:
  [[nodiscard]] std::string poison_file(const Poisoned& message) const;

  std::string directory_;
};

}  // namespace outrider::alerts
