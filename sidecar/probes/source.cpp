// SPDX-License-Identifier: Apache-2.0
#include "probes/source.hpp"

#include "probes/exec.hpp"
#include "probes/file.hpp"
#include "probes/process.hpp"
#include "probes/scrape.hpp"
#include "probes/web.hpp"

namespace outrider::probes {

namespace {

struct Maker {
  const std::string& name;
  Transfers& transfers;

  std::unique_ptr<Source> operator()(const config::ExecProbe& config) const {
    return std::make_unique<ExecSource>(config);
  }
  std::unique_ptr<Source> operator()(const config::FileProbe& config) const {
    return std::make_unique<FileSource>(config);
  }
  std::unique_ptr<Source> operator()(const config::WebProbe& config) const {
    return std::make_unique<WebSource>(name, config, transfers);
  }
  std::unique_ptr<Source> operator()(const config::ScrapeProbe& config) const {
    return std::make_unique<ScrapeSource>(name, config, transfers);
  }
  std::unique_ptr<Source> operator()(const config::ProcessProbe& config) const {
    return std::make_unique<ProcessSource>(name, config);
  }
};

}  // namespace

std::unique_ptr<Source> make_source(const config::ProbeConfig& config, Transfers& transfers) {
  return std::visit(Maker{config.name, transfers}, config.what);
}

}  // namespace outrider::probes
