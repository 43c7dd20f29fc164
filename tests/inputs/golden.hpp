// SPDX-License-Identifier: Apache-2.0
// sentences.txt: "[case]" on a line of its own, then what is said, to the next one.
#pragma once

#include <map>
#include <string>

namespace outrider::inputs {

using Sentences = std::map<std::string, std::string>;

std::string golden_path();
Sentences read_golden();
/// Writes one sentence into the file, for a run that is told to.
void write_golden(const std::string& name, const std::string& sentence);

}  // namespace outrider::inputs
