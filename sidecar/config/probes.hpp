// SPDX-License-Identifier: Apache-2.0
// What the sidecar looks at beside the traders, and how often. Read by
// read_probes.cpp.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace outrider::config {

/// Names and values, sorted by name.
using ProbeLabels = std::vector<std::pair<std::string, std::string>>;

/// A program of the operator's; how it ends is the value.
struct ExecProbe {
  std::vector<std::string> command{};                ///< the file, then its arguments; no shell
  std::map<std::string, std::string> environment{};  ///< all that it has beside PATH
  std::map<int, double> exit_codes{{0, 1}, {2, 2}};
  double other = 0;    ///< of another code, a signal, and a file that cannot be run
  double missing = 2;  ///< when there is no such file
  double timeout = 0;  ///< when it was killed for its time
  std::string series{};
  ProbeLabels labels{};

  bool operator==(const ExecProbe&) const = default;
};

/// One key of a file, as a series.
struct FileValue {
  std::string key{};
  std::string series{};
  ProbeLabels labels{};
  std::map<std::string, double> words{};  ///< none: the value is a number itself
  /// Of another word, and where key or file are missing; none: no value then.
  std::optional<double> otherwise{};

  bool operator==(const FileValue&) const = default;
};

/// A file of `key=value` lines.
struct FileProbe {
  std::string path{};
  std::vector<FileValue> values{};

  bool operator==(const FileProbe&) const = default;
};

/// Who we are to a server, and whom we trust: files, each read when it is needed.
struct WebAccess {
  std::string bearer_token_file{};  ///< of HTTP
  std::string ca_file{};            ///< certificates to trust in place of the system's
  std::string cert_file{};          ///< of ours, for a server that asks; with key_file
  std::string key_file{};

  bool operator==(const WebAccess&) const = default;
};

/// An HTTP server, or whatever takes connections.
struct WebProbe {
  std::string url{};           ///< http or https, without a user or a password in it
  bool connects_only = false;  ///< of the URL only host and port, and TLS with https
  std::uint32_t status = 0;    ///< that it should have; 0: any 2xx
  std::string body{};          ///< a regular expression found in it; empty: any
  std::string series{};        ///< 1 when it answers so, else 0
  ProbeLabels labels{};
  WebAccess access{};

  bool operator==(const WebProbe&) const = default;
};

/// Somebody else's /metrics.
struct ScrapeProbe {
  std::string url{};
  std::string keep{};  ///< a regular expression for whole names of families; empty: all
  std::uint32_t max_series = 1000;  ///< a page with more of them is refused whole
  ProbeLabels labels{};             ///< of all of them, beside job and instance
  WebAccess access{};

  bool operator==(const ScrapeProbe&) const = default;
};

/// One of both is given.
struct ProcessProbe {
  std::string pid_file{};
  std::string name{};  ///< as the kernel has it: up to 15 characters

  bool operator==(const ProcessProbe&) const = default;
};

struct ProbeConfig {
  std::string name{};  ///< label `probe` of its own series; unique
  /// From the begin of one try to that of the next, 100 ms to 1 d.
  std::chrono::nanoseconds interval = std::chrono::seconds{30};
  /// For one try, 10 ms to the interval.
  std::chrono::nanoseconds timeout = std::chrono::seconds{5};
  /// So many tries in a row without an answer, and it pauses; 0: never.
  std::uint32_t failures = 3;
  /// So long; then it is tried once, 1 s to 1 d.
  std::chrono::nanoseconds pause = std::chrono::seconds{300};
  /// So long after its last good answer one that gives none is stale, and then
  /// unreachable; up to 1 d.
  std::chrono::nanoseconds stale_for = std::chrono::seconds{60};
  std::variant<ExecProbe, FileProbe, WebProbe, ScrapeProbe, ProcessProbe> what{};

  bool operator==(const ProbeConfig&) const = default;
};

inline constexpr std::size_t most_probes_configured = 256;

}  // namespace outrider::config
