// SPDX-License-Identifier: Apache-2.0
// How each scenario is made; scenarios.cpp has their names.
#pragma once

#include "crash/scenario.hpp"

namespace outrider::crash {

std::unique_ptr<Scenario> push_writer();
std::unique_ptr<Scenario> spill_writer();
std::unique_ptr<Scenario> drain_reader();
std::unique_ptr<Scenario> push_and_drain();
std::unique_ptr<Scenario> registration_writer();
std::unique_ptr<Scenario> lanes_writer();
std::unique_ptr<Scenario> telemetry_birth();
std::unique_ptr<Scenario> control_birth();
std::unique_ptr<Scenario> guardian_birth();
std::unique_ptr<Scenario> retire_reader();
std::unique_ptr<Scenario> generations();
std::unique_ptr<Scenario> gate_reader();
std::unique_ptr<Scenario> gate_against_kill();
std::unique_ptr<Scenario> latch_reader();
std::unique_ptr<Scenario> start_reader();
std::unique_ptr<Scenario> kill_request_writer();
std::unique_ptr<Scenario> journal_reader();

}  // namespace outrider::crash
