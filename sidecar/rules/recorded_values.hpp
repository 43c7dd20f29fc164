// SPDX-License-Identifier: Apache-2.0
// What recording rules recorded, as more values behind those of the schema.
// Written and read by the guard only.
#pragma once

#include <memory>
#include <vector>

#include "aggregate/schema.hpp"

namespace outrider::rules {

/// One recorded series; the address is stable over plans.
struct RecordedCell {
  bool present = false;
  double value = 0;
};

using RecordedCells = std::vector<std::shared_ptr<RecordedCell>>;

/// The values of a schema, and recorded ones under the numbers after its last.
class WithRecorded final : public aggregate::ValueSource {
 public:
  WithRecorded(const aggregate::ValueSource& source, std::size_t first, const RecordedCells& cells)
      : source_{source}, first_{first}, cells_{cells} {}

  bool read(aggregate::ValueId id, double& value) const noexcept override {
    if (id < first_) return source_.read(id, value);
    const RecordedCell& cell = *cells_[id - first_];
    value = cell.value;
    return cell.present;
  }

 private:
  const aggregate::ValueSource& source_;
  std::size_t first_;
  const RecordedCells& cells_;
};

}  // namespace outrider::rules
