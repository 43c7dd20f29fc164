// SPDX-License-Identifier: Apache-2.0
#include "config/read_alerting.hpp"

#include <algorithm>
#include <set>

#include "config/duration.hpp"
#include "config/keys.hpp"
#include "config/problem.hpp"
#include "config/read_hooks.hpp"
#include "config/read_matchers.hpp"
#include "config/read_summaries.hpp"
#include "config/url.hpp"

namespace outrider::config {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view severity_words[] = {"info", "warning", "critical", "emergency"};

bool is_severity(std::string_view word) {
  return std::find(std::begin(severity_words), std::end(severity_words), word) !=
         std::end(severity_words);
}

std::string kind_of(const YAML::Node& value) {
  if (value.IsSequence()) return "a list";
  if (value.IsMap()) return "a mapping";
  return value.IsScalar() ? in_quotes(value.Scalar()) : "nothing";
}

/// Reads one entry of a list of receivers.
class ReceiverReader {
 public:
  ReceiverReader(std::string path, ReceiverConfig& receiver, const ReadContext& context)
      : path_{std::move(path)}, receiver_{receiver}, context_{context} {}

  void read(const YAML::Node& entry) {
    if (!entry.IsMap())
      return problem(entry, "", "found " + kind_of(entry) + "; needed a mapping with a url");
    read_fields(entry, "");
    if (receiver_.url.empty() == receiver_.url_file.empty() && !has_bad_url_)
      problem(entry, "",
              receiver_.url.empty() ? "found no url; needed url or url_file"
                                    : "found url and url_file; needed one of them");
    if (receiver_.username.empty() != receiver_.password_file.empty())
      problem(entry, ".basic_auth", "found one of username and password_file; needed both");
    if (!receiver_.username.empty() && !receiver_.bearer_token_file.empty())
      problem(entry, "", "found basic_auth and bearer_token_file; needed one of them");
  }

 private:
  void problem(const YAML::Node& at, const std::string& field, const std::string& text) const {
    context_.problem(at, path_ + field + ": " + text);
  }

  void read_fields(const YAML::Node& mapping, const std::string& prefix) {
    for (const auto& item : mapping) {
      const std::string name = prefix + (item.first.IsScalar() ? item.first.Scalar() : "");
      if (!seen_.insert(name).second) {
        problem(item.first, '.' + name, "found a second time; needed once");
      } else if ((name == "basic_auth" || name == "tls_config") && item.second.IsMap()) {
        read_fields(item.second, name + '.');
      } else if (name == "matchers") {
        read_matchers(receiver_.matchers, path_ + ".matchers", item.second, context_);
      } else if (!is_known(name)) {
        unknown(item.first, name);
      } else if (!item.second.IsScalar() || item.second.Scalar().empty()) {
        problem(item.second, '.' + name, "found " + kind_of(item.second) + "; needed one value");
      } else {
        store(name, item.second);
      }
    }
  }

  void store(const std::string& name, const YAML::Node& value) {
    const std::string& text = value.Scalar();
    if (name == "url") return store_url(value);
    if (name == "timeout") return store_timeout(value);
    if (name == "name") {
      receiver_.name = text;
    } else if (name == "basic_auth.username") {
      receiver_.username = text;
    } else {
      const std::string path = context_.beside_the_file(text);
      if (name == "url_file") receiver_.url_file = path;
      if (name == "bearer_token_file") receiver_.bearer_token_file = path;
      if (name == "basic_auth.password_file") receiver_.password_file = path;
      if (name == "tls_config.ca_file") receiver_.ca_file = path;
    }
  }

  void store_url(const YAML::Node& value) {
    if (const auto needed = url_problem(value.Scalar()); !needed.empty()) {
      has_bad_url_ = true;
      return problem(value, ".url", "found another URL; needed " + std::string{needed});
    }
    receiver_.url = value.Scalar();
  }

  void store_timeout(const YAML::Node& value) {
    const auto timeout = parse_duration(value.Scalar());
    if (timeout && *timeout >= 100ms && *timeout <= 1min) {
      receiver_.timeout = *timeout;
    } else {
      problem(value, ".timeout",
              "found " + in_quotes(value.Scalar()) + "; needed a duration from 100ms to 1m");
    }
  }

  static const std::vector<std::string_view>& known() {
    static const std::vector<std::string_view> names{"name",
                                                     "url",
                                                     "url_file",
                                                     "timeout",
                                                     "matchers",
                                                     "basic_auth",
                                                     "basic_auth.username",
                                                     "tls_config",
                                                     "basic_auth.password_file",
                                                     "bearer_token_file",
                                                     "tls_config.ca_file"};
    return names;
  }
  static bool is_known(const std::string& name) {
    return std::find(known().begin(), known().end(), name) != known().end();
  }
  void unknown(const YAML::Node& at, const std::string& name) const {
    const std::string_view near = nearest(name, known());
    const bool is_secret = name.ends_with("bearer_token") || name.ends_with("password");
    std::string text = "found unknown key " + in_quotes(path_ + '.' + name);
    if (is_secret) {
      text += "; needed " + name + "_file: secrets come from files";
    } else {
      text += near.empty() ? "; needed url, name, timeout, bearer_token_file or basic_auth"
                           : "; nearest known key: " + std::string{near};
    }
    context_.problem(at, std::move(text));
  }

  std::string path_;
  ReceiverConfig& receiver_;
  const ReadContext& context_;
  std::set<std::string> seen_;
  bool has_bad_url_ = false;
};

void read_receivers(AlertingConfig& config, ReceiverKind kind, const YAML::Node& list,
                    const std::pair<std::string, const ReadContext&>& where) {
  const auto& [path, context] = where;
  if (list.IsNull()) return;
  if (!list.IsSequence())
    return context.problem(list, path + ": found " + kind_of(list) + "; needed a list");
  std::size_t number = 0;
  for (const YAML::Node& entry : list) {
    ReceiverConfig receiver;
    receiver.kind = kind;
    ReceiverReader{path + '[' + std::to_string(number++) + ']', receiver, context}.read(entry);
    config.receivers.push_back(std::move(receiver));
  }
}

/// Calls `store` with each key and value; it returns what was needed instead.
template <class Store>
void read_pairs(const YAML::Node& mapping, const std::string& path, const ReadContext& context,
                const Store& store) {
  if (mapping.IsNull()) return;
  if (!mapping.IsMap())
    return context.problem(mapping, path + ": found " + kind_of(mapping) + "; needed a mapping");
  for (const auto& item : mapping) {
    const bool are_texts = item.first.IsScalar() && item.second.IsScalar();
    const std::string_view needed =
        are_texts ? store(item.first.Scalar(), item.second.Scalar()) : "one value";
    if (needed.empty()) continue;
    const std::string name = item.first.IsScalar() ? item.first.Scalar() : "";
    context.problem(
        item.second.IsNull() ? item.first : item.second,
        path + '.' + name + ": found " + kind_of(item.second) + "; needed " + std::string{needed});
  }
}

}  // namespace

void read_external_labels(std::vector<std::pair<std::string, std::string>>& labels,
                          const std::string& path, const YAML::Node& value,
                          const ReadContext& context) {
  read_pairs(value, path, context,
             [&](const std::string& name, const std::string& text) -> std::string_view {
               // A histogram and a summary have them on some of their lines.
               if (!is_scope(name) || name == "le" || name == "quantile")
                 return "a label name such as env, other than le and quantile";
               if (text.empty()) return "a value";
               labels.emplace_back(name, text);
               return {};
             });
}

void read_alerting(AlertingConfig& config, const std::string& path, const YAML::Node& value,
                   const ReadContext& context) {
  if (path == "alerting.alertmanagers")
    return read_receivers(config, ReceiverKind::alertmanager, value, {path, context});
  if (path == "alerting.webhooks")
    return read_receivers(config, ReceiverKind::webhook, value, {path, context});
  if (path == "alerting.hooks") return read_hooks(config.receivers, value, context);
  if (path == "alerting.summaries") return read_summaries(config.summaries, value, context);
  if (path == "alerting.external_labels")
    return read_external_labels(config.external_labels, path, value, context);
  read_pairs(value, path, context,
             [&](const std::string& key, const std::string& text) -> std::string_view {
               if (path == "alerting.severities") {
                 if (!is_severity(text)) return "info, warning, critical or emergency";
                 config.severities[key] = text;
               } else {
                 const auto cooldown = parse_duration(text);
                 if (!cooldown || *cooldown < 0ns || *cooldown > 24h)
                   return "a duration from 0s to 1d";
                 config.cooldowns[key] = *cooldown;
               }
               return {};
             });
}

void name_receivers(AlertingConfig& config) {
  std::set<std::string> taken{"log"};
  for (ReceiverConfig& receiver : config.receivers) {
    std::string name = receiver.name.empty() ? host_and_port(receiver.url) : receiver.name;
    if (name.empty()) name = "webhook";
    const std::string first = name;
    for (int number = 2; !taken.insert(name).second; ++number)
      name = first + '#' + std::to_string(number);
    receiver.name = name;
  }
}

}  // namespace outrider::config
