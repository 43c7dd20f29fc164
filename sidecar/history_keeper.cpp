// SPDX-License-Identifier: Apache-2.0
#include "history_keeper.hpp"

#include "promql/labels.hpp"

namespace outrider {

bool HistoryKeeper::is_due(nanoseconds now) const {
  return wanted_ || looked_ == nanoseconds{} || now - looked_ >= timeline_.limits().interval;
}

void HistoryKeeper::ask(const std::function<void(const history::Timeline&)>& question) const {
  const std::lock_guard guard{mutex_};
  question(timeline_);
}

void HistoryKeeper::bind(const Publication& publication) {
  names_ = publication.names;
  shown_.clear();
  recorded_.clear();
  for (const aggregate::Family& family : names_->schema->families) {
    if (!family.is_shown) continue;
    for_each_series(family, [this](aggregate::Series series) {
      auto place = timeline_.find_or_add(promql::normalized(std::move(series.labels)));
      if (place != nullptr) shown_.emplace_back(series.value, std::move(place));
    });
  }
  for (std::size_t i = 0; i < names_->first_field; ++i)
    recorded_.push_back(timeline_.find_or_add(names_->recorded[i]));
}

void HistoryKeeper::look(const Publication& publication, const outputs::Families& more) {
  // Whoever asks may take a second: the look is due again in a moment.
  const std::unique_lock guard{mutex_, std::try_to_lock};
  if (!guard) return;
  wanted_ = false;
  looked_ = publication.steady;
  // What found no room may find it now.
  if (publication.names != names_ || timeline_.refused() != 0) bind(publication);
  timeline_.begin(publication.wall);
  for (const auto& [id, series] : shown_) {
    if (publication.snapshot.present[id] != 0)
      timeline_.set(*series, publication.snapshot.values[id]);
  }
  for (std::size_t i = 0; i < recorded_.size(); ++i) {
    if (recorded_[i] != nullptr && publication.recorded[i].present)
      timeline_.set(*recorded_[i], publication.recorded[i].value);
  }
  look_at_alerts(publication);
  outputs::for_each_sample(more, [this](aggregate::Labels labels, double value) {
    set(promql::normalized(std::move(labels)), value);
  });
  timeline_.end();
}

void HistoryKeeper::look_at_alerts(const Publication& publication) {
  for (std::size_t i = 0; i < publication.alerts.size(); ++i) {
    const rules::AlertState state = publication.alerts[i].state;
    if (state != rules::AlertState::pending && state != rules::AlertState::firing) continue;
    aggregate::Labels labels = names_->alerts[i].labels;
    promql::set_label(labels, promql::metric_name_label, "ALERTS");
    promql::set_label(labels, "alertstate", std::string{rules::state_name(state)});
    set(labels, 1);
  }
}

void HistoryKeeper::set(const aggregate::Labels& labels, double value) {
  const auto series = timeline_.find_or_add(labels);
  if (series != nullptr) timeline_.set(*series, value);
}

}  // namespace outrider
