// SPDX-License-Identifier: Apache-2.0
// Inside of read_probes.cpp: what each kind of probe may be told.
#pragma once

#include <string_view>
#include <vector>

#include "config/entry_fields.hpp"

namespace outrider::config {

struct ProbeKind {
  std::string_view name;               ///< also the key that says that it is one
  std::vector<std::string_view> keys;  ///< beside those that all have
  void (*read)(const EntryFields& fields, ProbeConfig& probe);
};

const std::vector<ProbeKind>& probe_kinds();

}  // namespace outrider::config
