// SPDX-License-Identifier: Apache-2.0
// What a trader may ask for when it starts: a name, a geometry, an own place.
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <iterator>
#include <string>

#include "cases.hpp"

namespace outrider::inputs {
namespace {

std::string named(const Place& place, std::string_view name) {
  return Place::create(place.options(name));
}

template <class Change>
std::string with_geometry(const Place& place, Change change) {
  ProducerOptions options = place.options();
  change(options.geometry);
  return Place::create(options);
}

std::string in_use_elsewhere(Place& place) {
  const ProducerOptions options = place.options();
  const Child holder{[&] {
    static const Producer first{options};  // lives as long as the child
  }};
  return Place::create(options);
}

std::string in_use_here(Place& place) {
  const Producer first{place.options()};
  return Place::create(place.options());
}

std::string thrown(Place& place) {
  try {
    const Producer producer{place.options("a/b")};
  } catch (const Error& error) {
    return error.what();
  }
  return "nothing was thrown";
}

std::string text_too_long(const Place& place, std::string_view ProducerOptions::*field) {
  static const std::string long_text(64, 'x');
  ProducerOptions options = place.options();
  options.*field = long_text;
  return Place::create(options);
}

std::string with_clock(Place& place, const char* clock) {
  const char* set = std::getenv("OUTRIDER_CLOCK");
  const std::string before = set == nullptr ? "" : set;
  ::setenv("OUTRIDER_CLOCK", clock, 1);
  const std::string said = Place::create(place.options());
  if (set == nullptr) ::unsetenv("OUTRIDER_CLOCK");
  if (set != nullptr) ::setenv("OUTRIDER_CLOCK", before.c_str(), 1);
  return said;
}

constexpr Case table[] = {
    {"clock: OUTRIDER_CLOCK is none of them", [](Place& p) { return with_clock(p, "sundial"); }},
    {"producer: no name", [](Place& p) { return named(p, ""); }},
    {"producer: name with a slash", [](Place& p) { return named(p, "a/b"); }},
    {"producer: name is ..", [](Place& p) { return named(p, ".."); }},
    {"producer: name with a space", [](Place& p) { return named(p, "my oms"); }},
    {"producer: name not ASCII", [](Place& p) { return named(p, "öms"); }},
    {"producer: name with a control character", [](Place& p) { return named(p, "o\033[2Jms"); }},
    {"producer: name of 64 bytes", [](Place& p) { return named(p, std::string(64, 'o')); }},
    {"producer: name in use by another process", in_use_elsewhere},
    {"producer: name in use by this process", in_use_here},
    {"producer: the throwing constructor says the same", thrown},
    {"producer: instance of 64 bytes",
     [](Place& p) { return text_too_long(p, &ProducerOptions::instance); }},
    {"producer: version of 64 bytes",
     [](Place& p) { return text_too_long(p, &ProducerOptions::version); }},
    {"geometry: no lanes", [](Place& p) { return with_geometry(p, [](auto& g) { g.lanes = 0; }); }},
    {"geometry: too many lanes",
     [](Place& p) { return with_geometry(p, [](auto& g) { g.lanes = 1025; }); }},
    {"geometry: ring not a power of two",
     [](Place& p) { return with_geometry(p, [](auto& g) { g.ring_capacity = 1000; }); }},
    {"geometry: too many series",
     [](Place& p) { return with_geometry(p, [](auto& g) { g.series = 65536; }); }},
    {"geometry: too many cells",
     [](Place& p) { return with_geometry(p, [](auto& g) { g.cells = 65536; }); }},
    {"geometry: too many gauges",
     [](Place& p) { return with_geometry(p, [](auto& g) { g.gauges = 65536; }); }},
    {"geometry: too many histograms",
     [](Place& p) { return with_geometry(p, [](auto& g) { g.histograms = 65536; }); }},
    {"geometry: too many gates",
     [](Place& p) { return with_geometry(p, [](auto& g) { g.gates = 4097; }); }},
    {"geometry: too much text",
     [](Place& p) { return with_geometry(p, [](auto& g) { g.string_bytes = (64 << 20) + 1; }); }},
    {"geometry: too many lanes times histograms",
     [](Place& p) {
       return with_geometry(p, [](auto& g) {
         g.lanes = 1024;
         g.histograms = 257;
       });
     }},
    {"geometry: too much spill",
     [](Place& p) { return with_geometry(p, [](auto& g) { g.spill_bytes = 1ULL << 33; }); }},
};

}  // namespace

Cases name_cases() {
  return {std::begin(table), std::end(table)};
}

}  // namespace outrider::inputs
