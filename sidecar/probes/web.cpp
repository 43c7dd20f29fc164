// SPDX-License-Identifier: Apache-2.0
#include "probes/web.hpp"

namespace outrider::probes {

namespace {

constexpr std::size_t most_body_bytes = std::size_t{1} << 20;

Request request_of(const config::WebProbe& config) {
  return {config.url, config.connects_only, config.body.empty() ? 0 : most_body_bytes,
          config.access};
}

}  // namespace

class WebSource::Try final : public Attempt {
 public:
  explicit Try(WebSource& source)
      : source_{source}, transfer_{source.transfers_.begin(request_of(source.config_))} {}

  std::optional<Outcome> look() override {
    if (is_given_up_) return Outcome{Failure::timeout, source_.config_.url, {0}};
    const auto answer = transfer_->take_answer();
    if (!answer) return std::nullopt;
    if (answer->failure != Failure::none)
      return Outcome{answer->failure, source_.config_.url + ": " + answer->detail, {0}};
    std::vector<double> values{is_good(*answer) ? 1.0 : 0.0, answer->connect_seconds};
    const bool good = values.front() == 1;
    if (!source_.config_.connects_only) values.push_back(static_cast<double>(answer->status));
    return Outcome{Failure::none,
                   {},
                   std::move(values),
                   good ? aggregate::Health::healthy : aggregate::Health::unhealthy};
  }
  void give_up() override { is_given_up_ = true; }

 private:
  [[nodiscard]] bool is_good(const Answer& answer) const {
    const config::WebProbe& config = source_.config_;
    if (config.connects_only) return true;
    const bool has_status = config.status == 0 ? answer.status >= 200 && answer.status < 300
                                               : answer.status == config.status;
    return has_status && (config.body.empty() || RE2::PartialMatch(answer.body, source_.body_));
  }

  WebSource& source_;
  std::unique_ptr<Transfers::Transfer> transfer_;
  bool is_given_up_ = false;
};

WebSource::WebSource(const std::string& name, const config::WebProbe& config, Transfers& transfers)
    : config_{config}, transfers_{transfers}, body_{config.body, RE2::Quiet} {
  using aggregate::FamilyKind;
  metrics_.push_back(
      {{config.series, "Whether " + config.url + " answers as it should.", FamilyKind::gauge},
       config.labels});
  metrics_.push_back({{"outrider_probe_connect_seconds",
                       "From the begin of the try to the connection, with TLS where it is spoken.",
                       FamilyKind::gauge},
                      {{"probe", name}},
                      true});
  if (config.connects_only) return;
  metrics_.push_back(
      {{"outrider_probe_http_status", "The status of the last answer.", FamilyKind::gauge},
       {{"probe", name}},
       true});
}

std::unique_ptr<Attempt> WebSource::begin() {
  return std::make_unique<Try>(*this);
}

}  // namespace outrider::probes
