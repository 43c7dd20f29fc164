// SPDX-License-Identifier: Apache-2.0
// Which environment a page is of: labels for all of its series, as Prometheus adds its
// own where it is federated.
#pragma once

#include "aggregate/schema.hpp"
#include "outputs/exposition.hpp"

namespace outrider::outputs {

/// Adds each label where a series has none of that name. A series that would then stand
/// on the page a second time stays as it is.
void add_external_labels(Families& families, const aggregate::Labels& labels);

}  // namespace outrider::outputs
