// SPDX-License-Identifier: Apache-2.0
// The trader's own account of what it recorded, in a file outside the segments:
// what the sidecar shows is judged by it. A call that a kill interrupts is
// begun and not completed: it may count or not.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace outrider::testing {

/// Bounds of the histogram that the ledger trader records, in nanoseconds. The
/// first cuts a bucket of 8 ns, the second ends one.
inline constexpr std::array<std::uint64_t, 3> ledger_bounds{1'003, 2'047, 50'001};

struct Ledger {
  std::atomic<std::uint64_t> begun;
  std::atomic<std::uint64_t> completed;
  std::array<std::atomic<std::uint64_t>, 3> up_to;  ///< of the completed: at or below a bound
  std::atomic<std::uint64_t> gates_seen_open;
  std::atomic<std::uint64_t> stop;  ///< the test's wish that the trader ends in good order
};

/// Maps the ledger at `path`, which begins as zero bytes.
inline Ledger& open_ledger(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (::ftruncate(file, sizeof(Ledger)) != 0) ::_exit(1);
  void* address = ::mmap(nullptr, sizeof(Ledger), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  ::close(file);
  return *static_cast<Ledger*>(address);
}

}  // namespace outrider::testing
