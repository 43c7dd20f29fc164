// SPDX-License-Identifier: Apache-2.0
#include "probes/scrape.hpp"

#include <algorithm>
#include <utility>

#include "config/url.hpp"

namespace outrider::probes {

namespace {

constexpr std::size_t longest_page = std::size_t{16} << 20;
constexpr long good_status = 200;

/// Without Prometheus' own labels rules that are written for it would select nothing.
aggregate::Labels labels_of(const std::string& name, const config::ScrapeProbe& config) {
  aggregate::Labels labels = config.labels;
  const auto set = [&](const char* label, const std::string& value) {
    const bool is_there = std::any_of(labels.begin(), labels.end(),
                                      [&](const auto& each) { return each.first == label; });
    if (!is_there) labels.emplace_back(label, value);
  };
  set("job", name);
  set("instance", config::host_and_port(config.url));
  std::sort(labels.begin(), labels.end());
  return labels;
}

/// Two metrics of one key have their values in the same places.
std::string key_of(const aggregate::OutsideMetric& metric) {
  std::string key = aggregate::sample_key(metric.declared.name, metric.labels);
  key += static_cast<char>('0' + static_cast<int>(metric.declared.kind));
  for (const double edge : metric.declared.edges) key += ' ' + aggregate::edge_text(edge);
  return key;
}

}  // namespace

class ScrapeSource::Try final : public Attempt {
 public:
  explicit Try(ScrapeSource& source)
      : source_{source},
        transfer_{source.transfers_.begin(
            {source.config_.url, false, longest_page, source.config_.access})} {}

  std::optional<Outcome> look() override {
    if (is_given_up_) return Outcome{Failure::timeout, source_.config_.url, {0}};
    const auto answer = transfer_->take_answer();
    if (!answer) return std::nullopt;
    return source_.outcome_of(*answer);
  }
  void give_up() override { is_given_up_ = true; }

 private:
  ScrapeSource& source_;
  std::unique_ptr<Transfers::Transfer> transfer_;
  bool is_given_up_ = false;
};

ScrapeSource::ScrapeSource(const std::string& name, const config::ScrapeProbe& config,
                           Transfers& transfers)
    : config_{config},
      transfers_{transfers},
      keep_{config.keep, RE2::Quiet},
      labels_{labels_of(name, config)} {
  forget();
}

void ScrapeSource::forget() {
  metrics_ = {
      {{"up", "Whether the last scrape of the target succeeded.", aggregate::FamilyKind::gauge},
       labels_}};
  places_.clear();
  values_ = 1;
  ++shape_;
}

Outcome ScrapeSource::outcome_of(const Answer& answer) {
  const auto failed = [&](Failure failure, const std::string& what) {
    return Outcome{failure, config_.url + ": " + what, {0}};
  };
  if (answer.failure != Failure::none) return failed(answer.failure, answer.detail);
  if (answer.status != good_status)
    return failed(Failure::bad_answer,
                  "found status " + std::to_string(answer.status) + "; needed 200");
  const Exposition page = parse_exposition(answer.body);
  if (!page.problem.empty()) return failed(Failure::bad_answer, page.problem);
  auto found = group_samples(
      page,
      [&](const std::string& family) {
        return family != "up" && (config_.keep.empty() || RE2::FullMatch(family, keep_));
      },
      labels_);
  std::size_t count = 0;
  for (const FoundMetric& each : found) count += each.values.size();
  if (count > config_.max_series)
    return failed(Failure::bad_answer,
                  "found " + std::to_string(count) + " series; needed at most " +
                      std::to_string(config_.max_series) + "; narrow keep, or raise max_series");
  if (values_ + count > 2 * std::size_t{config_.max_series} + 1) forget();
  return place(std::move(found));
}

Outcome ScrapeSource::place(std::vector<FoundMetric> found) {
  Outcome outcome;
  outcome.values.assign(values_, aggregate::no_value());
  outcome.values.front() = 1;
  for (FoundMetric& each : found) {
    const auto [known, is_new] = places_.try_emplace(key_of(each.metric), values_);
    if (is_new) {
      values_ += each.values.size();
      outcome.values.resize(values_, aggregate::no_value());
      metrics_.push_back(std::move(each.metric));
      ++shape_;
    }
    std::copy(each.values.begin(), each.values.end(),
              outcome.values.begin() + static_cast<std::ptrdiff_t>(known->second));
  }
  return outcome;
}

std::unique_ptr<Attempt> ScrapeSource::begin() {
  return std::make_unique<Try>(*this);
}

}  // namespace outrider::probes
