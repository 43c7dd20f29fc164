// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace outrider::outputs::testing {

/// What `promtool check metrics` finds wrong with a page; empty when nothing.
std::string promtool_complaints(const std::string& page);

}  // namespace outrider::outputs::testing
