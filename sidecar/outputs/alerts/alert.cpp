// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/alert.hpp"

#include <array>
#include <cstdio>

namespace outrider::alerts {

namespace {

constexpr char separator = '\xff';  // in no UTF-8 text

}  // namespace

std::string identity_of(const aggregate::Labels& labels) {
  std::string identity;
  for (const auto& [name, value] : labels) {
    identity.append(name).push_back(separator);
    identity.append(value).push_back(separator);
  }
  return identity;
}

std::string fingerprint(const aggregate::Labels& labels) {
  std::uint64_t hash = 14695981039346656037U;  // FNV-1a, 64 bits
  for (const char byte : identity_of(labels)) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 1099511628211U;
  }
  std::array<char, 17> text{};
  std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(hash));
  return text.data();
}

}  // namespace outrider::alerts
