// SPDX-License-Identifier: Apache-2.0
#include "guardian.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace outrider {
namespace {

/// The most that one look counts for: twice as long as between two of them.
constexpr std::chrono::nanoseconds longest_look = std::chrono::milliseconds{20};
constexpr std::size_t words = sizeof(GuardianRecord) / sizeof(std::uint64_t);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

std::string path_in(const std::string& directory) {
  return directory + "/c/guardian";
}

GuardianRecord& record_in(const shm::Mapping& mapping) {
  return *reinterpret_cast<GuardianRecord*>(mapping.data());
}

}  // namespace

Guardian Guardian::make(const std::string& directory, shm::FileError& error) {
  Guardian made;
  const shm::Descriptor file = shm::make_nameless(directory + "/c", sizeof(GuardianRecord), error);
  if (!file) return {};
  made.mapping_ =
      shm::Mapping::of_file(file, shm::Access::read_write, sizeof(GuardianRecord), error);
  if (!made) return {};
  GuardianRecord& record = record_in(made.mapping_);
  const ProcessIdentity own = ProcessIdentity::own();
  record.pid = own.pid;
  record.start = own.start;
  record.pid_namespace = own.pid_namespace;
  record.magic = guardian_magic;
  ::unlink(path_in(directory).c_str());
  error = shm::give_name(file, path_in(directory));
  return error ? Guardian{} : std::move(made);
}

void Guardian::beat() noexcept {
  std::atomic<std::uint64_t>& beats = record_in(mapping_).beats;
  // relaxed: only that it moves is looked at, and nobody else writes it.
  beats.store(beats.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

// Read and not mapped: a file cut short is then a short read and no SIGBUS.
std::optional<Pulse> pulse_of(const std::string& directory) {
  const shm::Descriptor file{
      ::open(path_in(directory).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)};
  std::array<std::uint64_t, words> word{};
  if (!file || ::pread(file.get(), word.data(), sizeof word, 0) != sizeof word) return {};
  if (word[0] != guardian_magic) return {};
  return Pulse{{static_cast<std::uint32_t>(word[1]), word[2], word[3]}, word[4]};
}

bool HangWatch::look(const std::optional<Pulse>& pulse, std::chrono::nanoseconds now,
                     std::chrono::nanoseconds patience) noexcept {
  const auto passed = std::min(now - looked_, longest_look);
  looked_ = now;
  // Before its first pass it reads a journal, however long that is.
  const bool is_still = pulse && pulse->beats != 0 && pulse == last_;
  last_ = pulse;
  still_ = is_still ? still_ + passed : std::chrono::nanoseconds{};
  const bool is_over = still_ >= patience;
  if (is_over) still_ = {};
  return is_over;
}

}  // namespace outrider
