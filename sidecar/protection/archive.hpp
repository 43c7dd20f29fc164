// SPDX-License-Identifier: Apache-2.0
// Names of the journal's earlier files: PATH.000000000001, by the number of the
// first record in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace outrider::protection {

[[nodiscard]] std::string archive_name(const std::string& path, std::uint64_t first_seq);

/// The archives of the journal at `path` that are there, oldest first.
[[nodiscard]] std::vector<std::string> archives_of(const std::string& path);

}  // namespace outrider::protection
