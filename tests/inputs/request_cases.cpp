// SPDX-License-Identifier: Apache-2.0
// What a program may send to the control socket and to the port.
#include "cases.hpp"

namespace outrider::inputs {
namespace {

const std::string with_status = "curl -s -m 10 -w 'status %{http_code}\\n' ";

std::string asked(const Place& place, const std::string& arguments, const std::string& path) {
  const Watched sidecar{place};
  return Place::program(with_status + "--unix-socket " + place.path("control.sock") + " " +
                        arguments + " http://localhost" + path);
}
std::string sent(const Place& place, const std::string& body) {
  return asked(place, "--data-binary '" + body + "'", "/api/v1/arm");
}
std::string by_port(const Place& place, const std::string& arguments, const std::string& path) {
  Watched sidecar{place};
  return Place::program(with_status + arguments +
                        " http://127.0.0.1:" + std::to_string(sidecar.process().port()) + path);
}

std::string large_body(Place& place) {
  return asked(place, "--data-binary @" + place.file("large", std::string((1 << 20) + 1, ' ')),
               "/api/v1/kill");
}
std::string large_header(Place& place) {
  return by_port(place, "-H 'X: " + std::string(9000, 'x') + "'", "/metrics");
}

}  // namespace

Cases request_cases() {
  return {
      {"request: body is no JSON", [](Place& p) { return sent(p, "global"); }},
      {"request: body is a list", [](Place& p) { return sent(p, "[]"); }},
      {"request: body is empty", [](Place& p) { return sent(p, ""); }},
      {"request: scope is a number", [](Place& p) { return sent(p, "{\"scope\": 5}"); }},
      {"request: unknown key", [](Place& p) { return sent(p, "{\"scoop\": \"global\"}"); }},
      {"request: bad scope", [](Place& p) { return sent(p, "{\"scope\": \"everything\"}"); }},
      {"request: body too large", large_body},
      {"request: kill by GET", [](Place& p) { return asked(p, "", "/api/v1/kill"); }},
      {"request: method nobody serves", [](Place& p) { return asked(p, "-X PUT", "/metrics"); }},
      {"request: path that is not there", [](Place& p) { return asked(p, "", "/metricks"); }},
      {"request: kill by the port", [](Place& p) { return by_port(p, "-d '{}'", "/api/v1/kill"); }},
      {"request: header too large", large_header},
      {"request: target that is no path", [](Place& p) { return by_port(p, "", "/%zz"); }},
  };
}

}  // namespace outrider::inputs
