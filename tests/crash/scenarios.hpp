// SPDX-License-Identifier: Apache-2.0
// How each scenario is made; scenarios.cpp has their names.
#pragma once

#include "crash/scenario.hpp"

namespace outrider::crash {

std::unique_ptr<Scenario> push_writer();
std::unique_ptr<Scenario> spill_writer();
std::unique_ptr<Scenario> drain_reader();
std::unique_ptr<Scenario> push_and_drain();

}  // namespace outrider::crash
