// SPDX-License-Identifier: Apache-2.0
#include "aggregate/values.hpp"

#include <algorithm>
#include <bit>

namespace outrider::aggregate {

void HistogramSet::extend(const drain::Checkpoint& checkpoint, nanoseconds now) {
  by_row_.resize(std::max(by_row_.size(), checkpoint.rows().size()), nullptr);
  for (const auto& [text, row] : checkpoint.rows()) {
    if (row->info.kind != shm::SeriesKind::histogram || by_row_[row->index] != nullptr) continue;
    // The guard may be writing a new row's cells by now; there is nothing in them
    // that it will not tell the histogram itself.
    owned_.push_back(row->is_new ? std::make_unique<Histogram>(*row, now)
                                 : std::make_unique<Histogram>(*row, row->cells[0], now));
    by_row_[row->index] = owned_.back().get();
  }
}

// ----------------------------------------------------------------- reading

namespace {

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

bool read_gauge(const ValueRef& ref, double& value) noexcept {
  std::uint64_t bits = 0;
  if (!ref.drainer->gauge(*ref.series, bits)) return false;
  value = ref.kind == ValueRef::Kind::gauge_f64
              ? std::bit_cast<double>(bits)
              : static_cast<double>(std::bit_cast<std::int64_t>(bits));
  return true;
}

bool read_up_down(const ValueRef& ref, double& value) noexcept {
  std::int64_t sum = 0;
  if (!ref.drainer->up_down(*ref.series, sum)) return false;
  value = static_cast<double>(sum);
  return true;
}

bool read_rolling(const ValueRef& ref, double& value) noexcept {
  const WindowSummary& summary = ref.histogram->summary(ref.window);
  const double scale = ref.row->info.scale;
  switch (ref.kind) {
    case ValueRef::Kind::rolling_count:
      value = static_cast<double>(summary.count);
      return true;
    case ValueRef::Kind::rolling_sum:
      value = summary.sum * scale;
      return true;
    case ValueRef::Kind::rolling_maximum:
      value = static_cast<double>(summary.maximum.value) * scale;
      return summary.count > 0;
    default:
      value = static_cast<double>(summary.values[ref.edge]) * scale;
      return summary.count >= samples_needed(quantiles[ref.edge]);
  }
}

}  // namespace

bool Values::read(ValueId id, double& value) const noexcept {
  const ValueRef& ref = refs_[id];
  switch (ref.kind) {
    case ValueRef::Kind::own:
      value = *ref.own;
      return true;
    case ValueRef::Kind::counter:
      value = static_cast<double>(ref.drainer->counter(*ref.series));
      return true;
    case ValueRef::Kind::carried_counter:
      value = static_cast<double>(ref.drainer->carried(*ref.row));
      return true;
    case ValueRef::Kind::up_down:
      return read_up_down(ref, value);
    case ValueRef::Kind::gauge_f64:
    case ValueRef::Kind::gauge_i64:
      return read_gauge(ref, value);
    case ValueRef::Kind::bucket:
      value = static_cast<double>(ref.histogram->count_up_to(ref.edge));
      return true;
    case ValueRef::Kind::count:
      value = static_cast<double>(ref.histogram->count());
      return true;
    case ValueRef::Kind::sum:
      value = ref.histogram->sum() * ref.row->info.scale;
      return true;
    default:
      return read_rolling(ref, value);
  }
}

Snapshot Values::prepare() const {
  Snapshot snapshot;
  snapshot.schema = schema_;
  snapshot.values.resize(refs_.size());
  snapshot.present.resize(refs_.size());
  return snapshot;
}

void Values::copy_to(Snapshot& snapshot) const noexcept {
  for (ValueId id = 0; id < refs_.size(); ++id) {
    snapshot.present[id] = read(id, snapshot.values[id]) ? 1 : 0;
  }
}

// ---------------------------------------------------------------- building

Family* ValuesBuilder::family(const Declaration& declared, std::vector<std::string>* refusals) {
  const auto& [name, help, kind, edges] = declared;
  // Only the sidecar's own series come without a place for refusals.
  if (refusals != nullptr && name.starts_with("outrider_")) {
    refusals->push_back(name + ": names with outrider_ are the sidecar's own");
    return nullptr;
  }
  const auto [known, is_new] = families_by_kind_.try_emplace({name, kind, edges});
  if (!is_new) return known->second;
  families_.push_back({name, help, kind, edges, {}});
  Family* family = known->second = &families_.back();
  const auto [shown, is_first] = shown_.try_emplace(name, Shown{family, adding_});
  family->is_shown = is_first;
  if (!is_first && refusals != nullptr) {
    const bool same_kind = shown->second.family->kind == kind;
    refusals->push_back(name + ": another series of this name has another " +
                        (same_kind ? "set of bounds" : "kind") + " (of producer " +
                        shown->second.producer + "): rules see that of producer " + adding_ +
                        ", the page does not");
  }
  return family;
}

void ValuesBuilder::add_metric(Family* family, Labels labels, const std::vector<ValueRef>& refs) {
  if (family == nullptr) return;
  family->metrics.push_back({std::move(labels), static_cast<ValueId>(values_->refs_.size())});
  values_->refs_.insert(values_->refs_.end(), refs.begin(), refs.end());
}

std::vector<double*> ValuesBuilder::add_own(const Declaration& declared, Labels labels) {
  Family* target = family(declared, nullptr);
  std::vector<double*> cells;
  std::vector<ValueRef> refs;
  for (std::size_t i = 0; i < target->values_per_metric(); ++i) {
    cells.push_back(&values_->own_.emplace_back(0.0));
    refs.push_back({.own = cells.back()});
  }
  std::sort(labels.begin(), labels.end());
  add_metric(target, std::move(labels), refs);
  return cells;
}

Labels ValuesBuilder::labels_of(const shm::SeriesInfo& info, const std::string& producer) const {
  Labels labels = info.labels;
  if (!producer_label_.empty()) set_label(labels, producer_label_, producer);
  return labels;
}

void ValuesBuilder::add_histogram(const ProducerInput& producer, const drain::Row& row,
                                  const Labels& labels, std::vector<std::string>& refusals) {
  const Histogram* histogram = producer.histograms->find(row);
  if (histogram == nullptr) return;
  using Kind = ValueRef::Kind;
  const auto ref = [&](Kind kind, std::size_t edge, std::size_t window) {
    return ValueRef{.kind = kind,
                    .window = static_cast<std::uint8_t>(window),
                    .edge = static_cast<std::uint16_t>(edge),
                    .row = &row,
                    .histogram = histogram};
  };
  const shm::SeriesInfo& info = row.info;
  std::vector<ValueRef> refs;
  for (std::size_t i = 0; i < info.bounds.size(); ++i) refs.push_back(ref(Kind::bucket, i, 0));
  refs.push_back(ref(Kind::count, 0, 0));
  refs.push_back(ref(Kind::sum, 0, 0));
  add_metric(family({info.name, info.help, FamilyKind::histogram, info.bounds}, &refusals), labels,
             refs);

  for (std::size_t window = 0; window < windows.size(); ++window) {
    Labels with_window = labels;
    set_label(with_window, "window", windows[window].text);
    refs.clear();
    for (std::size_t i = 0; i < quantiles.size(); ++i)
      refs.push_back(ref(Kind::rolling_quantile, i, window));
    refs.push_back(ref(Kind::rolling_count, 0, window));
    refs.push_back(ref(Kind::rolling_sum, 0, window));
    add_metric(family({info.name + "_rolling",
                       info.help + " (rolling window)",
                       FamilyKind::summary,
                       {quantiles.begin(), quantiles.end()}},
                      &refusals),
               with_window, refs);
    add_metric(family({info.name + "_rolling_max", info.help + " (largest in the rolling window)",
                       FamilyKind::gauge},
                      &refusals),
               with_window, {ref(Kind::rolling_maximum, 0, window)});
  }
}

ValuesBuilder::Living ValuesBuilder::add_living(const ProducerInput& producer,
                                                std::vector<std::string>& refusals) {
  using Kind = ValueRef::Kind;
  Living living;
  if (producer.binding == nullptr) return living;
  values_->keep_alive_.push_back(producer.binding);
  for (const auto& series : producer.binding->series) {
    const shm::SeriesInfo& info = series.info;
    if (series.row != nullptr) living.by_row[series.row] = &series;
    if (info.kind != shm::SeriesKind::up_down && info.kind != shm::SeriesKind::gauge_f64 &&
        info.kind != shm::SeriesKind::gauge_i64) {
      continue;
    }
    living.without_row.insert(info.text());
    const Kind kind = info.kind == shm::SeriesKind::up_down     ? Kind::up_down
                      : info.kind == shm::SeriesKind::gauge_f64 ? Kind::gauge_f64
                                                                : Kind::gauge_i64;
    add_metric(family({info.name, info.help, FamilyKind::gauge}, &refusals),
               labels_of(info, producer.name),
               {{.kind = kind, .drainer = producer.drainer, .series = &series}});
  }
  return living;
}

void ValuesBuilder::add(const ProducerInput& producer, std::vector<std::string>& refusals) {
  using Kind = ValueRef::Kind;
  adding_ = producer.name;
  const Living living = add_living(producer, refusals);
  for (const auto& [text, row] : producer.drainer->checkpoint().rows()) {
    // An earlier generation had it as another kind: one series has one value.
    if (living.without_row.contains(text)) {
      refusals.push_back(row->info.name + ": an earlier series of this name has another kind");
      continue;
    }
    const Labels labels = labels_of(row->info, producer.name);
    if (row->info.kind == shm::SeriesKind::histogram) {
      add_histogram(producer, *row, labels, refusals);
      continue;
    }
    const auto bound = living.by_row.find(row.get());
    const bool is_live = bound != living.by_row.end();
    add_metric(family({row->info.name, row->info.help, FamilyKind::counter}, &refusals), labels,
               {{.kind = is_live ? Kind::counter : Kind::carried_counter,
                 .drainer = producer.drainer,
                 .series = is_live ? bound->second : nullptr,
                 .row = row.get()}});
  }
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
