// SPDX-License-Identifier: Apache-2.0
#include "config/read_probe_kinds.hpp"

#include <re2/re2.h>

#include "config/problem.hpp"
#include "config/url.hpp"

namespace outrider::config {

namespace {

constexpr std::uint32_t most_series_scraped = 20'000;

void read_exit_codes(const EntryFields& fields, ExecProbe& exec) {
  fields.pairs("exit_codes", [&](const std::string& key, const std::string& value) {
    double number = 0;
    if (!parse_number(value, number)) return std::string_view{"a number"};
    int code = 0;
    if (key == "other") {
      exec.other = number;
    } else if (key == "missing") {
      exec.missing = number;
    } else if (key == "timeout") {
      exec.timeout = number;
    } else if (store_number(code, key, 0, 255)) {
      exec.exit_codes[code] = number;
    } else {
      return std::string_view{"a code from 0 to 255, other, missing or timeout before it"};
    }
    return std::string_view{};
  });
}

void read_exec(const EntryFields& fields, ExecProbe& exec) {
  fields.texts("exec", exec.command);
  if (!exec.command.empty())
    exec.command.front() = fields.context().beside_the_file(exec.command.front());
  read_exit_codes(fields, exec);
  fields.environment("environment", exec.environment);
  fields.series("series", exec.series);
  fields.labels("labels", exec.labels);
}

void read_value(const EntryFields& fields, FileValue& value) {
  fields.refuse_all_but({"key", "series", "labels", "map", "otherwise"});
  if (!fields.text("key", value.key) && fields.find("key") == nullptr)
    fields.lacks("found no key; needed the word before the = in the file; add key: WORD");
  fields.series("series", value.series);
  fields.labels("labels", value.labels);
  fields.pairs("map", [&](const std::string& word, const std::string& text) -> std::string_view {
    return parse_number(text, value.words[word]) ? "" : "a number";
  });
  double number = 0;
  if (fields.number("otherwise", number)) value.otherwise = number;
}

void read_file(const EntryFields& fields, FileProbe& file) {
  if (fields.text("file", file.path)) file.path = fields.context().beside_the_file(file.path);
  const YAML::Node* list = fields.find("values");
  if (list == nullptr || !list->IsSequence() || list->size() == 0)
    return fields.lacks("found no values; needed a list of key and series; add values: [...]");
  for (const YAML::Node& entry : *list) {
    const std::string at = fields.path() + ".values[" + std::to_string(file.values.size()) + ']';
    const EntryFields inner{at, entry, fields.context()};
    FileValue& value = file.values.emplace_back();
    if (entry.IsMap()) read_value(inner, value);
  }
}

void read_url(const EntryFields& fields, const char* name, std::string& into) {
  std::string url;
  if (!fields.text(name, url)) return;
  std::string_view needed = url_problem(url);
  needed = needed.substr(0, needed.find(';'));  // a receiver's way out is none here
  if (!needed.empty())
    return fields.problem(*fields.find(name), name,
                          "found another URL; needed " + std::string{needed});
  into = std::move(url);
}

void read_regex(const EntryFields& fields, const char* name, std::string& into) {
  std::string text;
  if (!fields.text(name, text)) return;
  if (const RE2 regex{text, RE2::Quiet}; !regex.ok())
    return fields.problem(
        *fields.find(name), name,
        "found " + in_quotes(text) + ": " + regex.error() + "; needed a regular expression");
  into = std::move(text);
}

/// `url` is what it is for.
void read_access(const EntryFields& fields, const std::string& url, WebAccess& access) {
  const auto file = [](const EntryFields& at, const char* name, std::string& into) {
    if (at.text(name, into)) into = at.context().beside_the_file(into);
  };
  file(fields, "bearer_token_file", access.bearer_token_file);
  const YAML::Node* tls = fields.find("tls_config");
  if (tls == nullptr) return;
  const EntryFields inner{fields.path() + ".tls_config", *tls, fields.context()};
  if (!inner.mapping().IsMap()) return;
  inner.refuse_all_but({"ca_file", "cert_file", "key_file"});
  file(inner, "ca_file", access.ca_file);
  file(inner, "cert_file", access.cert_file);
  file(inner, "key_file", access.key_file);
  if (access.cert_file.empty() != access.key_file.empty())
    inner.lacks("found one of cert_file and key_file; needed both of them, or neither");
  if (!url.starts_with("https://"))
    inner.lacks("found it where no TLS is spoken; needed https, or tls: true with tcp");
}

void read_http(const EntryFields& fields, WebProbe& web) {
  read_url(fields, "http", web.url);
  read_access(fields, web.url, web.access);
  fields.count("status", web.status, 599);
  read_regex(fields, "body", web.body);
  fields.series("series", web.series);
  fields.labels("labels", web.labels);
}

void read_tcp(const EntryFields& fields, WebProbe& web) {
  web.connects_only = true;
  bool speaks_tls = false;
  std::string text;
  if (fields.text("tls", text)) {
    if (const auto needed = store_bool(speaks_tls, text); !needed.empty())
      fields.problem(*fields.find("tls"), "tls",
                     "found " + in_quotes(text) + "; needed " + std::string{needed});
  }
  if (fields.text("tcp", text)) {
    web.url = (speaks_tls ? "https://" : "http://") + text;
    const std::size_t colon = text.rfind(':');
    std::uint32_t port = 0;
    const bool is_whole = url_problem(web.url).empty() && host_and_port(web.url) == text &&
                          colon != std::string::npos && colon > 0 &&
                          store_number(port, text.substr(colon + 1), 1U, 65535U);
    if (!is_whole)
      fields.problem(*fields.find("tcp"), "tcp",
                     "found " + in_quotes(text) + "; needed HOST:PORT, such as 127.0.0.1:6379");
  }
  read_access(fields, web.url, web.access);
  fields.series("series", web.series);
  fields.labels("labels", web.labels);
}

void read_scrape(const EntryFields& fields, ProbeConfig& probe) {
  ScrapeProbe& scrape = probe.what.emplace<ScrapeProbe>();
  read_url(fields, "scrape", scrape.url);
  read_access(fields, scrape.url, scrape.access);
  read_regex(fields, "keep", scrape.keep);
  fields.count("max_series", scrape.max_series, most_series_scraped);
  fields.labels("labels", scrape.labels);
  if (probe.interval < std::chrono::seconds{1})
    fields.problem(
        *fields.find("interval"), "interval",
        "found " + in_quotes(duration_text(probe.interval)) + "; needed at least 1s for a scrape");
}

void read_process(const EntryFields& fields, ProcessProbe& process) {
  const EntryFields inner{fields.path() + ".process", *fields.find("process"), fields.context()};
  if (!inner.mapping().IsMap()) return;
  inner.refuse_all_but({"pid_file", "name"});
  if (inner.text("pid_file", process.pid_file))
    process.pid_file = fields.context().beside_the_file(process.pid_file);
  inner.text("name", process.name);
  if (process.pid_file.empty() == process.name.empty())
    inner.lacks("found " + std::string{process.name.empty() ? "neither" : "both"} +
                " of pid_file and name; needed one of them");
  constexpr std::size_t most_of_the_kernel = 15;
  if (process.name.size() > most_of_the_kernel)
    inner.problem(*inner.find("name"), "name",
                  "found " + in_quotes(process.name) +
                      "; needed at most 15 characters, as in /proc/PID/comm");
}

}  // namespace

const std::vector<ProbeKind>& probe_kinds() {
  static const std::vector<ProbeKind> all{
      {"exec",
       {"exec", "exit_codes", "environment", "series", "labels"},
       [](const EntryFields& fields, ProbeConfig& probe) {
         read_exec(fields, probe.what.emplace<ExecProbe>());
       }},
      {"file",
       {"file", "values"},
       [](const EntryFields& fields, ProbeConfig& probe) {
         read_file(fields, probe.what.emplace<FileProbe>());
       }},
      {"http",
       {"http", "status", "body", "bearer_token_file", "tls_config", "series", "labels"},
       [](const EntryFields& fields, ProbeConfig& probe) {
         read_http(fields, probe.what.emplace<WebProbe>());
       }},
      {"tcp",
       {"tcp", "tls", "tls_config", "series", "labels"},
       [](const EntryFields& fields, ProbeConfig& probe) {
         read_tcp(fields, probe.what.emplace<WebProbe>());
       }},
      {"scrape",
       {"scrape", "keep", "max_series", "bearer_token_file", "tls_config", "labels"},
       [](const EntryFields& fields, ProbeConfig& probe) { read_scrape(fields, probe); }},
      {"process",
       {"process"},
       [](const EntryFields& fields, ProbeConfig& probe) {
         read_process(fields, probe.what.emplace<ProcessProbe>());
       }},
  };
  return all;
}

}  // namespace outrider::config
