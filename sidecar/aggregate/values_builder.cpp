// SPDX-License-Identifier: Apache-2.0
#include "aggregate/values_builder.hpp"

#include <algorithm>
#include <utility>

#include "outrider/shm/file.hpp"

namespace outrider::aggregate {
namespace {

using Kind = ValueRef::Kind;

/// The label that tells producers apart where the page has none.
constexpr const char* usual_producer_label = "producer";

/// Sets a label of ours. A user's own label of that name steps aside, as
/// Prometheus does it.
void set_label(Labels& labels, const std::string& name, const std::string& value) {
  const auto is_taken = [&](const std::string& wanted) {
    return std::any_of(labels.begin(), labels.end(),
                       [&](const auto& label) { return label.first == wanted; });
  };
  if (is_taken(name)) {
    std::string aside = "exported_" + name;
    while (is_taken(aside)) aside.insert(0, "exported_");
    for (auto& label : labels) {
      if (label.first == name) label.first = aside;
    }
  }
  labels.emplace_back(name, value);
  std::sort(labels.begin(), labels.end());
}

/// Base units in which a histogram's values are shown.
std::string unit_text(const shm::SeriesInfo& info) {
  return info.unit == shm::SeriesUnit::count ? "counts of " + edge_text(info.scale) : "seconds";
}

Kind gauge_kind(shm::SeriesKind kind) {
  return kind == shm::SeriesKind::up_down     ? Kind::up_down
         : kind == shm::SeriesKind::gauge_f64 ? Kind::gauge_f64
                                              : Kind::gauge_i64;
}

/// The sidecar's own names; those of the drill are its trader's, which is outrider's too.
bool is_reserved(std::string_view name, std::string_view producer) {
  const bool is_drill = producer == "outrider-canary" && name.starts_with("outrider_drill_");
  return name.starts_with("outrider_") && !is_drill;
}

}  // namespace

// ------------------------------------------------------------- a producer

void ValuesBuilder::begin(const ProducerInput& producer, const std::string& source,
                          std::vector<std::string>& refusals) {
  producer_ = &producer;
  payer_ = producer.name;
  refusals_ = &refusals;
  sources_.push_back(source);
  said_.clear();
  rows_done_.clear();
  living_.clear();
}

void ValuesBuilder::add(const ProducerInput& producer, std::vector<std::string>& refusals) {
  begin(producer, "producer " + producer.name, refusals);
  if (producer.binding != nullptr) {
    values_->keep_alive_.push_back(producer.binding);
    for (const auto& series : producer.binding->series) add_living(series);
  }
  std::vector<const drain::Row*> history;
  for (const auto& [text, row] : producer.drainer->checkpoint().rows()) {
    if (!rows_done_.contains(row.get())) history.push_back(row.get());
  }
  std::sort(history.begin(), history.end(),
            [](const auto* a, const auto* b) { return a->index < b->index; });
  for (const drain::Row* row : history) add_history(*row);
}

void ValuesBuilder::add_living(const drain::BoundSeries& series) {
  const shm::SeriesInfo& info = series.info;
  if (series.row != nullptr) {
    rows_done_.insert(series.row);
    return add_row(*series.row, &series);
  }
  const bool is_gauge = info.kind == shm::SeriesKind::up_down ||
                        info.kind == shm::SeriesKind::gauge_f64 ||
                        info.kind == shm::SeriesKind::gauge_i64;
  if (is_gauge) {
    living_.insert(info.text());
    Placing placing = placing_of(info);
    place({info.name, info.help, FamilyKind::gauge}, placing,
          {{.kind = gauge_kind(info.kind), .drainer = producer_->drainer, .series = &series}});
    return end_series(placing);
  }
  if (info.kind == shm::SeriesKind::gate) return;
  // The drain has refused it, and said why: nobody sees it.
  Shortfall& shortfall = shortfalls_[producer_->name];
  ++shortfall.hidden;
  const bool is_counter = info.kind == shm::SeriesKind::counter;
  for (const std::string& name :
       names_of({info.name, {}, is_counter ? FamilyKind::counter : FamilyKind::histogram})) {
    shortfall.uncertain.insert(name);
  }
}

void ValuesBuilder::add_history(const drain::Row& row) {
  // An earlier generation had it as another kind: one series has one value.
  if (living_.contains(row.info.text())) {
    return refuse(row.info.name,
                  shm::shown(row.info.text()) + ": found it in the history of producer " +
                      producer_->name +
                      " as another kind than now; needed one kind; its total of before is not "
                      "shown; rename it, or remove the producer's checkpoint");
  }
  add_row(row, nullptr);
}

void ValuesBuilder::add_row(const drain::Row& row, const drain::BoundSeries* series) {
  Placing placing = placing_of(row.info);
  if (row.info.kind == shm::SeriesKind::histogram) {
    add_histogram(row, placing);
  } else {
    place({row.info.name, row.info.help, FamilyKind::counter}, placing,
          {{.kind = series != nullptr ? Kind::counter : Kind::carried_counter,
            .drainer = producer_->drainer,
            .series = series,
            .row = &row}});
  }
  end_series(placing);
}

void ValuesBuilder::add_histogram(const drain::Row& row, Placing& placing) {
  const Histogram* histogram = producer_->histograms->find(row);
  if (histogram == nullptr) return;
  const auto ref = [&](Kind kind, std::size_t edge, std::size_t window) {
    return ValueRef{.kind = kind,
                    .window = static_cast<std::uint8_t>(window),
                    .edge = static_cast<std::uint16_t>(edge),
                    .row = &row,
                    .histogram = histogram};
  };
  const shm::SeriesInfo& info = row.info;
  const std::string unit = unit_text(info);
  std::vector<ValueRef> refs;
  for (std::size_t i = 0; i < info.bounds.size(); ++i) refs.push_back(ref(Kind::bucket, i, 0));
  refs.push_back(ref(Kind::count, 0, 0));
  refs.push_back(ref(Kind::sum, 0, 0));
  place({info.name, info.help, FamilyKind::histogram, info.bounds, unit}, placing, refs);

  for (std::size_t window = 0; window < windows.size(); ++window) {
    Placing with_window = placing;
    set_label(with_window.labels, "window", windows[window].text);
    refs.clear();
    for (std::size_t i = 0; i < quantiles.size(); ++i)
      refs.push_back(ref(Kind::rolling_quantile, i, window));
    refs.push_back(ref(Kind::rolling_count, 0, window));
    refs.push_back(ref(Kind::rolling_sum, 0, window));
    place({info.name + "_rolling",
           info.help + " (rolling window)",
           FamilyKind::summary,
           {quantiles.begin(), quantiles.end()},
           unit},
          with_window, refs);
    place({info.name + "_rolling_max",
           info.help + " (largest in the rolling window)",
           FamilyKind::gauge,
           {},
           unit},
          with_window, {ref(Kind::rolling_maximum, 0, window)});
    placing.is_shown = placing.is_shown && with_window.is_shown;
  }
}

ValuesBuilder::Placing ValuesBuilder::placing_of(const shm::SeriesInfo& info) const {
  Placing placing{info.labels};
  if (!producer_label_.empty()) set_label(placing.labels, producer_label_, producer_->name);
  return placing;
}

// ------------------------------------------------------- a metric of it

void ValuesBuilder::place(const Declaration& declared, Placing& placing,
                          const std::vector<ValueRef>& refs) {
  if (is_reserved(declared.name, producer_->name)) {
    placing.is_shown = false;
    return refuse(declared.name, declared.name + ": found it registered by " + sources_.back() +
                                     "; names with outrider_ are the sidecar's own; rename it");
  }
  if (!room_.take(payer_, refs.size())) {
    placing.is_shown = false;
    for (std::string& name : names_of(declared))
      shortfalls_[producer_->name].uncertain.insert(std::move(name));
    return refuse({}, sources_.back() + ": found more series than " +
                          std::to_string(value_limits.most_each) +
                          " values of one producer, or than those of all leave room for; further "
                          "ones are on no page and in no rule, and gates that a rule would guard "
                          "by them stay UNARMED; use labels with fewer values");
  }
  tell_apart(declared, placing);
  Family& into = family(declared, placing.is_shown);
  if (placing.is_shown && !into.is_shown) {
    placing.is_shown = false;
    refuse_name(declared);
  }
  for (const std::string& name : plain_samples(declared))
    samples_.try_emplace(sample_key(name, placing.labels), &sources_.back());
  add_metric(into, placing.labels, refs);
}

/// Who has a sample of that name and those labels already; null: nobody.
const std::string* ValuesBuilder::holder_of(const Declaration& declared,
                                            const Labels& labels) const {
  for (const std::string& name : plain_samples(declared)) {
    const auto found = samples_.find(sample_key(name, labels));
    if (found != samples_.end()) return found->second;
  }
  return nullptr;
}

// Two series of one name and label set would be one with two values. The later one
// stays off the page; rules see it with the producer's label, once more if need be.
void ValuesBuilder::tell_apart(const Declaration& declared, Placing& placing) {
  const std::string* holder = holder_of(declared, placing.labels);
  if (holder == nullptr) return;
  shm::SeriesInfo meant;
  meant.name = declared.name;
  meant.labels = placing.labels;
  for (std::string& name : names_of(declared))
    shortfalls_[producer_->name].uncertain.insert(std::move(name));
  const std::string& label = producer_label_.empty() ? usual_producer_label : producer_label_;
  while (holder_of(declared, placing.labels) != nullptr)
    set_label(placing.labels, label, producer_->name);
  placing.is_shown = false;
  refuse(declared.name,
         shm::shown(meant.text()) + ": found a series of " + sources_.back() +
             " that reads the same as one of " + *holder +
             "; needed a label that tells them apart; the page shows that of " + *holder +
             ", rules see the other with " + label + "=\"" + producer_->name +
             "\" added, and gates of " + producer_->name +
             " that a rule guards by it stay UNARMED; rename the series or a label of it, or give "
             "--producer-label");
}

// Hidden ones apart from those of the same kind that are shown.
Family& ValuesBuilder::family(const Declaration& declared, bool is_shown) {
  const auto& [name, help, kind, edges, unit] = declared;
  const auto [known, is_new] =
      families_by_kind_.try_emplace({name, kind, edges, unit, is_shown}, nullptr);
  if (!is_new) return *known->second;
  families_.push_back({name, help, kind, edges, {}});
  Family& family = *(known->second = &families_.back());
  family.is_shown = is_shown;
  if (is_shown) hold_names(declared, family);
  return family;
}

/// Who has one of its names on the page already; null: nobody.
const ValuesBuilder::Holder* ValuesBuilder::holder_of_name(const Declaration& declared) const {
  for (const std::string& name : names_of(declared)) {
    if (const auto found = holders_.find(name); found != holders_.end()) return &found->second;
  }
  return nullptr;
}

void ValuesBuilder::hold_names(const Declaration& declared, Family& family) {
  family.is_shown = holder_of_name(declared) == nullptr;
  if (!family.is_shown) return;
  for (const std::string& name : names_of(declared))
    holders_[name] = {declared, producer_ == nullptr ? "" : sources_.back()};
}

void ValuesBuilder::refuse_name(const Declaration& declared) {
  const Holder& holder = *holder_of_name(declared);
  const Declaration& theirs = holder.declared;
  refuse(declared.name,
         declared.name + ": found " + sources_.back() + " registering it as " +
             description(declared) + ", where " + holder.source + " has " +
             (theirs.name == declared.name ? std::string{"it"} : theirs.name) + " as " +
             description(theirs) +
             "; needed one kind, unit and set of bounds for a name; the page shows that of " +
             holder.source + ", rules see both; rename one");
}

void ValuesBuilder::add_metric(Family& family, Labels labels, const std::vector<ValueRef>& refs) {
  family.metrics.push_back({std::move(labels), static_cast<ValueId>(values_->refs_.size())});
  values_->refs_.insert(values_->refs_.end(), refs.begin(), refs.end());
}

void ValuesBuilder::refuse(const std::string& about, const std::string& why) {
  if (said_.insert(about).second) refusals_->push_back(why);
}

// ------------------------------------------------------------------ whole

std::vector<double*> ValuesBuilder::add_own(const Declaration& declared, Labels labels) {
  producer_ = nullptr;
  Family& target = family(declared, true);
  std::vector<double*> cells;
  std::vector<ValueRef> refs;
  for (std::size_t i = 0; i < target.values_per_metric(); ++i) {
    cells.push_back(&values_->own_.emplace_back(0.0));
    refs.push_back({.own = cells.back()});
  }
  std::sort(labels.begin(), labels.end());
  add_metric(target, std::move(labels), refs);
  return cells;
}

std::vector<ValuesBuilder::Counted> ValuesBuilder::counters(const std::string& name) const {
  std::vector<Counted> found;
  for (const Family& family : families_) {
    if (family.kind != FamilyKind::counter || family.name != name) continue;
    for (const Metric& metric : family.metrics) {
      for (const auto& [label, value] : metric.labels) {
        if (label == producer_label_) found.push_back({value, metric.first_value, &metric.labels});
      }
    }
  }
  return found;
}

std::unique_ptr<Values> ValuesBuilder::build() {
  auto schema = std::make_shared<Schema>();
  std::vector<Family*> order;
  for (Family& each : families_) order.push_back(&each);
  std::stable_sort(order.begin(), order.end(),
                   [](const Family* a, const Family* b) { return a->name < b->name; });
  for (Family* each : order) schema->families.push_back(std::move(*each));
  schema->value_count = values_->refs_.size();
  values_->schema_ = std::move(schema);
  return std::move(values_);
}

}  // namespace outrider::aggregate
