// SPDX-License-Identifier: Apache-2.0
// The list of bad inputs. Each case makes one for real and returns what the
// program that met it said.
#pragma once

#include <string>
#include <vector>

#include "place.hpp"

namespace outrider::inputs {

struct Case {
  const char* name;            ///< as in sentences.txt
  std::string (*say)(Place&);  ///< may hold paths and process ids: Place::neutral follows
  bool needs_root = false;     ///< another user or a file system of its own
};

using Cases = std::vector<Case>;

Cases name_cases();       ///< a producer's name and options
Cases directory_cases();  ///< the segment directory and its room
Cases planted_cases();    ///< a symlink, a fifo, a hard link where a file should be
Cases series_cases();     ///< names, labels, bounds, room for them
Cases value_cases();      ///< what is recorded, and what is counted instead of said
Cases start_cases();      ///< a sidecar's surroundings when it starts
Cases config_cases();
Cases rules_cases();
Cases command_cases();  ///< kill, arm, status
Cases state_cases();    ///< checkpoint, journal, latch, a disk that is full
Cases drained_cases();  ///< what is cut or scribbled on while it is in use
Cases request_cases();  ///< what is sent to the control socket and the port
Cases log_cases();

Cases all_cases();
/// Those that whoever runs the test may make.
Cases possible_cases();

}  // namespace outrider::inputs
