// SPDX-License-Identifier: Apache-2.0
#include "standby/pair.hpp"

#include <stdexcept>

namespace outrider::testing {

Pair::Pair(const std::string& lease) {
  write_file(root() + "/sidecar.yml", "protection: {arm_at_start: true, lease: " + lease + "}\n");
  sides_[active_] = start(false);
  if (!eventually([this] { return http_get(port_, "/-/healthy") == "healthy\n"; }))
    throw std::runtime_error{"the first sidecar did not start: " + log()};
}

Process Pair::start(bool standby) {
  std::vector<std::string> command{std::string{OUTRIDER_BIN_DIR} + "/outrider-sidecar",
                                   "--config.file=" + root() + "/sidecar.yml",
                                   "--segment.dir=" + segments_,
                                   "--storage.path=" + root() + "/state",
                                   "--control.socket=" + root() + "/control.sock",
                                   "--web.listen-address=127.0.0.1:" + std::to_string(port_)};
  if (standby) command.emplace_back("--standby");
  return Process{command, log_};
}

void Pair::start_standby() {
  const std::size_t before = said("standing by");
  standby() = start(true);
  if (!eventually([&] { return said("standing by") > before; }))
    throw std::runtime_error{"the standby did not start: " + log()};
}

std::size_t Pair::said(const std::string& text) const {
  const std::string all = log();
  std::size_t count = 0;
  for (std::size_t at = 0; (at = all.find(text, at)) != std::string::npos; at += text.size())
    ++count;
  return count;
}

double Pair::metric(const std::string& series) const {
  const std::string page = "\n" + http_get(port_, "/metrics");
  const std::size_t at = page.find("\n" + series + " ");
  return at == std::string::npos ? -1 : std::strtod(page.c_str() + at + series.size() + 2, nullptr);
}

}  // namespace outrider::testing
