// SPDX-License-Identifier: Apache-2.0
// A dashboard as a person describes it: what is asked, in which words and colours it is
// shown. What Grafana wants beside that follows from the kind of a panel.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace outrider::dashboards {

/// Of a panel; its width and height in Grafana's grid, 24 columns wide, unless it says others.
struct Kind {
  std::string_view name;
  std::string_view grafana;  ///< what Grafana calls it
  int width;
  int height;
};

inline constexpr std::array<Kind, 6> kinds{{
    {"graph", "timeseries", 8, 8},
    {"stat", "stat", 4, 4},
    {"pie", "piechart", 8, 8},
    {"heatmap", "heatmap", 12, 8},
    {"states", "state-timeline", 12, 8},
    {"row", "row", 24, 1},
}};

/// Null where there is none.
inline const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : kinds)
    if (kind.name == name) return &kind;
  return nullptr;
}

struct Query {
  std::string expr;
  std::string legend;     ///< Grafana's: `{{label}}` is replaced
  bool at_right = false;  ///< of a graph: by an axis of its own, on the right
};

struct Threshold {
  double from = 0;
  std::string colour;
};

/// A value that is shown as a word.
struct Mapping {
  double value = 0;
  std::string text;
  std::string colour;
};

struct Panel {
  std::string title;
  std::string kind;
  std::string description;
  std::string unit;    ///< as Grafana names it; empty: a plain number
  std::string colour;  ///< one for all values; empty: by threshold, or by series
  std::optional<double> min;
  std::optional<double> max;
  std::optional<int> decimals;
  int width = 0;
  int height = 0;
  std::string base;  ///< colour below the first threshold
  std::vector<Threshold> thresholds;
  std::vector<Mapping> mappings;
  std::vector<Query> queries;
};

/// A list of values, or those that a query of the data source finds.
struct Variable {
  std::string name;
  std::string label;
  std::string query;  ///< such as label_values(series, label)
  std::string regex;  ///< what of each value is taken; empty: all
  bool all = false;   ///< several values may be chosen, and all of them
  std::vector<std::string> values;
};

struct Dashboard {
  std::string uid;  ///< also the name of its file
  std::string title;
  std::string description;
  std::vector<std::string> tags;
  std::string refresh = "10s";
  std::string from = "now-6h";
  std::string timezone = "browser";
  std::vector<Variable> variables;
  std::vector<Panel> panels;
};

/// The colour of what no threshold is given for.
inline std::string_view default_base(const Panel& panel) {
  return panel.kind == "stat" ? "text" : "green";
}

}  // namespace outrider::dashboards
