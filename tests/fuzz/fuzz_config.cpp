// SPDX-License-Identifier: Apache-2.0
// A configuration file, as text.
#include "config/load.hpp"
#include "fuzz/fuzz.hpp"

namespace outrider::fuzz {

void run_one(Bytes input) {
  const config::Loaded loaded = config::load_text(std::string{text_of(input)}, "fuzz.yml");
  for (const config::Problem& problem : loaded.problems) {
    require(!config::to_text(problem).empty(), "a problem has its sentence");
  }
  if (!loaded.problems.empty()) return;
  const auto& protection = loaded.config.protection;
  require(protection.lease >= std::chrono::milliseconds{250} &&
              protection.lease <= std::chrono::seconds{3},
          "a lease that is accepted lies between 250 ms and 3 s");
  require(loaded.config.rules.default_interval >= std::chrono::milliseconds{1},
          "an interval that is accepted is a millisecond or more");
  for (const config::Problem& problem : config::check_alert_names(loaded.config, {"RejectStorm"})) {
    require(!config::to_text(problem).empty(), "a problem has its sentence");
  }
}

}  // namespace outrider::fuzz
