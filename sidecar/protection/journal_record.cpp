// SPDX-License-Identifier: Apache-2.0
#include "protection/journal_record.hpp"

#include <openssl/evp.h>

#include <cstddef>
#include <stdexcept>
#include <type_traits>

#include "outrider/shm/crc32c.hpp"

namespace outrider::protection {

static_assert(std::is_trivially_copyable_v<JournalRecord>);

namespace {

std::uint32_t crc_of(const JournalRecord& record) {
  return shm::crc32c(&record, offsetof(JournalRecord, crc));
}

}  // namespace

JournalRecord record_of(const JournalEntry& entry) {
  JournalRecord record{};
  record.magic = journal_magic;
  record.boot = entry.boot;
  record.utc_ns = entry.entry.wall.count();
  record.boottime_ns = entry.boottime.count();
  record.value = entry.entry.cause.value;
  record.action = static_cast<std::uint32_t>(entry.entry.action);
  record.flags = entry.carried ? carried_over : 0;
  record.scope = entry.entry.scope;
  record.rule = entry.entry.cause.rule;
  record.actor = entry.entry.cause.actor;
  record.reason = entry.entry.cause.reason;
  return record;
}

JournalEntry entry_of(const JournalRecord& record) {
  return {{static_cast<Action>(record.action), record.scope,
           Cause{record.rule, record.actor, record.reason, record.value},
           std::chrono::nanoseconds(record.utc_ns)},
          record.boot,
          std::chrono::nanoseconds(record.boottime_ns),
          (record.flags & carried_over) != 0};
}

void seal(JournalRecord& record) {
  record.crc = crc_of(record);
}

bool is_whole(const JournalRecord& record) {
  return record.magic == journal_magic && record.crc == crc_of(record) &&
         record.action >= static_cast<std::uint32_t>(Action::trip) &&
         record.action <= static_cast<std::uint32_t>(last_action);
}

Hash hash_of(const JournalRecord& record) {
  // Looked up once: the search takes longer than the digest.
  static const EVP_MD* const sha256 = ::EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Hash hash{};
  unsigned int bytes = 0;
  const int done = ::EVP_Digest(&record, sizeof record, hash.data(), &bytes, sha256, nullptr);
  if (done != 1 || bytes != hash.size()) throw std::runtime_error("libcrypto has no SHA-256");
  return hash;
}

}  // namespace outrider::protection
