// SPDX-License-Identifier: Apache-2.0
#include "config/keys.hpp"

#include <algorithm>
#include <array>

#include "config/address.hpp"
#include "config/day.hpp"
#include "config/network.hpp"
#include "config/problem.hpp"
#include "config/store.hpp"

namespace outrider::config {

namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// `field` may be an address or perhaps one.
template <class Field>
std::string_view store_listen_address(Field& field, const std::string& text) {
  const auto address = parse_listen_address(text);
  if (!address) return "a numeric address and a port, such as 127.0.0.1:9717 or [::1]:9717";
  field = *address;
  return accepted;
}

std::string_view store_group(std::string& field, const std::string& text) {
  if (text.empty()) return "the name of a Unix group";
  field = text;
  return accepted;
}

constexpr std::uint64_t most_bytes = std::uint64_t{1} << 40;

std::string_view set_max_stale_bytes(Config& config, const std::string& text) {
  const bool stored =
      store_number(config.segment.max_stale_bytes, text, std::uint64_t{0}, most_bytes);
  return stored ? accepted : "a number of bytes, from 0 to 2^40";
}

std::string_view set_max_journal_bytes(Config& config, const std::string& text) {
  const bool stored =
      store_number(config.storage.max_journal_bytes, text, std::uint64_t{64} << 10, most_bytes);
  return stored ? accepted : "a number of bytes, from 65536 to 2^40";
}

std::string_view set_journal_archives(Config& config, const std::string& text) {
  const bool stored =
      store_number(config.storage.journal_archives, text, std::size_t{1}, std::size_t{100'000});
  return stored ? accepted : "a number of files, from 1 to 100000";
}

std::string_view set_log_max_bytes(Config& config, const std::string& text) {
  const bool stored = store_number(config.log.max_bytes, text, std::uint64_t{4096}, most_bytes);
  return stored ? accepted : "a number of bytes, from 4096 to 2^40";
}

std::string_view set_history_interval(Config& config, const std::string& text) {
  const bool stored = store_duration(config.history.interval, text, {100ms, 10min});
  return stored ? accepted : "a duration from 100ms to 10m";
}

std::string_view set_history_retention(Config& config, const std::string& text) {
  const bool stored = store_duration(config.history.retention, text, {1min, 24h * 7});
  return stored ? accepted : "a duration from 1m to 1w";
}

std::string_view set_history_max_bytes(Config& config, const std::string& text) {
  const bool stored =
      store_number(config.history.max_bytes, text, std::uint64_t{1} << 20, std::uint64_t{1} << 32);
  return stored ? accepted : "a number of bytes, from 1048576 to 2^32";
}

std::string_view set_rules_file(Config& config, const std::string& text) {
  return store_text(config.rules.files.emplace_back(), text);
}

std::string_view set_web_allow(Config& config, const std::string& text) {
  const auto network = parse_network(text);
  if (!network)
    return "a block of addresses such as 10.0.0.0/8 or fd00::/8, nothing behind its bits";
  if (!config.web.allow) config.web.allow.emplace();
  config.web.allow->push_back(*network);
  return accepted;
}

std::string_view set_rules_interval(Config& config, const std::string& text) {
  const bool stored = store_duration(config.rules.default_interval, text, {1ms, 24h});
  return stored ? accepted : "a duration from 1ms to 1d";
}

std::string_view set_loop(Config& config, const std::string& text) {
  static constexpr Named<LoopKind> kinds[] = {{"adaptive", LoopKind::adaptive},
                                              {"spin", LoopKind::spin}};
  return store_named(config.loop.kind, text, kinds) ? accepted : "adaptive or spin";
}

std::string_view set_loop_cpu(Config& config, const std::string& text) {
  const bool stored = store_number(config.loop.cpu.emplace(), text, 0, 1023);
  return stored ? accepted : "the number of a core, from 0 to 1023";
}

std::string_view set_log_level(Config& config, const std::string& text) {
  static constexpr Named<LogLevel> levels[] = {{"debug", LogLevel::debug},
                                               {"info", LogLevel::info},
                                               {"warn", LogLevel::warn},
                                               {"error", LogLevel::error}};
  return store_named(config.log.level, text, levels) ? accepted : "debug, info, warn or error";
}

std::string_view set_log_format(Config& config, const std::string& text) {
  static constexpr Named<LogFormat> formats[] = {{"logfmt", LogFormat::logfmt},
                                                 {"json", LogFormat::json}};
  return store_named(config.log.format, text, formats) ? accepted : "logfmt or json";
}

bool is_label_name(std::string_view text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  if (text.empty() || !letter(text.front()) || text.starts_with("__")) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

std::string_view set_producer_label(Config& config, const std::string& text) {
  if (text != "off" && !is_label_name(text)) return "a label name such as producer, or off";
  config.producer_label = text == "off" ? "" : text;
  return accepted;
}

// The range of the lease: below 250 ms a busy machine closes gates by itself
// (worst gap of a loop at 4:1 load: 116 ms); past 2^34 ticks, 3.4 s at 5 GHz, a
// lease word reads as closed.
std::string_view set_lease(Config& config, const std::string& text) {
  const bool stored = store_duration(config.protection.lease, text, {250ms, 3s});
  return stored ? accepted : "a duration from 250ms to 3s";
}

template <auto field>
std::string_view set_up_to_a_day(Config& config, const std::string& text) {
  const bool stored = store_duration(config.protection.*field, text, {0ns, 24h});
  return stored ? accepted : "a duration from 0s to 1d";
}

std::string_view set_day_begins_at(Config& config, const std::string& text) {
  const auto time = parse_time_of_day(text);
  if (time) config.day.begins_at = *time;
  return time ? accepted : "a time of day such as 00:00 or 17:30";
}

std::string_view set_time_zone(Config& config, const std::string& text) {
  config.day.time_zone = text;
  return day_began(config.day, {}) ? accepted : "a time zone such as UTC or America/New_York";
}

std::string_view set_probes(Config& config, const std::string& text) {
  const bool stored = store_number(config.protection.probes, text, 0U, most_probes);
  return stored ? accepted : "a number from 0 to 1000";
}

std::string_view set_trips_to_kill(Config& config, const std::string& text) {
  const bool stored = store_number(config.protection.trips_to_kill, text, 0U, most_trips_to_kill);
  return stored ? accepted : "a number from 0 to 10";
}

std::string_view set_resend_interval(Config& config, const std::string& text) {
  const bool stored = store_duration(config.alerting.resend_interval, text, {1s, 5min});
  return stored ? accepted : "a duration from 1s to 5m";
}

std::string_view set_queue_capacity(Config& config, const std::string& text) {
  const bool stored = store_number(config.alerting.queue_capacity, text, 16U, 65536U);
  return stored ? accepted : "a number from 16 to 65536";
}

std::string_view store_rate(std::uint32_t& field, const std::string& text) {
  return store_number(field, text, 1U, 60000U) ? accepted : "requests a minute, from 1 to 60000";
}

// clang-format off
constexpr std::array keys{
    Key{"rules.file", KeyKind::list, "FILE",
        "Prometheus rule file; may be repeated (default: none)", true, set_rules_file,
        [](Config& c) { c.rules.files.clear(); }},
    Key{"rules.default_interval", KeyKind::value, "DURATION",
        "how often a rule group without an interval is evaluated (default: 100ms)", false,
        set_rules_interval},
    Key{"segment.dir", KeyKind::value, "DIR",
        "directory shared with the traders (default: $OUTRIDER_DIR, else /run/outrider)", true,
        [](Config& c, const std::string& text) { return store_text(c.segment.dir, text); }},
    Key{"segment.max-stale-bytes", KeyKind::value, "BYTES",
        "dead traders' files kept until a sidecar reads them; then the oldest is removed unread "
        "(default: 268435456)", false, set_max_stale_bytes},
    Key{"storage.path", KeyKind::value, "DIR",
        "directory for what survives a reboot (default: $STATE_DIRECTORY, else /var/lib/outrider "
        "if writable, else $XDG_STATE_HOME/outrider)", true,
        [](Config& c, const std::string& text) { return store_text(c.storage.path, text); }},
    Key{"storage.journal-copy", KeyKind::value, "DIR",
        "directory of the journal's second copy, best on another disk (default: storage.path)",
        true,
        [](Config& c, const std::string& text) {
          return store_text(c.storage.journal_copy, text);
        }},
    Key{"storage.max-journal-bytes", KeyKind::value, "BYTES",
        "a journal file of this size is kept as latch.journal.SEQ and another one begun "
        "(default: 67108864)", false, set_max_journal_bytes},
    Key{"storage.journal-archives", KeyKind::value, "FILES",
        "so many of these are kept, of each copy; then the oldest is removed, which the log says "
        "(default: 16)", false, set_journal_archives},
    Key{"web.listen-address", KeyKind::value, "HOST:PORT",
        "where /metrics is served; port 0 picks a free one (default: 127.0.0.1:9717)", false,
        [](Config& c, const std::string& text) {
          return store_listen_address(c.web.listen_address, text);
        }},
    Key{"web.viewer-tokens", KeyKind::value, "FILE",
        "a line NAME TOKEN for each who may read what is served there (default: everybody may)", true,
        [](Config& c, const std::string& text) { return store_text(c.web.viewer_tokens, text); }},
    Key{"web.allow", KeyKind::list, "ADDRESS/BITS",
        "only addresses of this block may; may be repeated (default: all)", false, set_web_allow,
        [](Config& c) { c.web.allow.emplace(); }},
    Key{"control.socket", KeyKind::value, "PATH",
        "Unix socket for kill, arm and status (default: control.sock in the segment directory)",
        true,
        [](Config& c, const std::string& text) { return store_text(c.control.socket, text); }},
    Key{"control.listen-address", KeyKind::value, "HOST:PORT",
        "the same over TCP, for the holders of a token (default: not offered)", false,
        [](Config& c, const std::string& text) {
          return store_listen_address(c.control.listen_address, text);
        }},
    Key{"control.viewer-group", KeyKind::value, "GROUP",
        "Unix group that may look, on the socket; with no group everyone who may open it may "
        "do everything (default: none)", false,
        [](Config& c, const std::string& text) { return store_group(c.control.viewers.group, text); }},
    Key{"control.killer-group", KeyKind::value, "GROUP",
        "Unix group that may also kill (default: none)", false,
        [](Config& c, const std::string& text) { return store_group(c.control.killers.group, text); }},
    Key{"control.armer-group", KeyKind::value, "GROUP",
        "Unix group that may also arm (default: none)", false,
        [](Config& c, const std::string& text) { return store_group(c.control.armers.group, text); }},
    Key{"control.viewer-tokens", KeyKind::value, "FILE",
        "a line NAME TOKEN for each who may look, over TCP (default: none)", true,
        [](Config& c, const std::string& text) { return store_text(c.control.viewers.token_file, text); }},
    Key{"control.killer-tokens", KeyKind::value, "FILE",
        "the same for those who may also kill (default: none)", true,
        [](Config& c, const std::string& text) { return store_text(c.control.killers.token_file, text); }},
    Key{"control.armer-tokens", KeyKind::value, "FILE",
        "the same for those who may also arm (default: none)", true,
        [](Config& c, const std::string& text) { return store_text(c.control.armers.token_file, text); }},
    Key{"loop", KeyKind::value, "adaptive|spin",
        "sleep between passes, or take a whole core (default: adaptive)", false, set_loop},
    Key{"loop.cpu", KeyKind::value, "CORE",
        "core the guard thread is bound to (default: any)", false, set_loop_cpu},
    Key{"log.level", KeyKind::value, "LEVEL",
        "debug, info, warn or error (default: info)", false, set_log_level},
    Key{"log.format", KeyKind::value, "logfmt|json",
        "form of a log line (default: logfmt)", false, set_log_format},
    Key{"log.file", KeyKind::value, "FILE",
        "append the log here, reopened on SIGHUP (default: standard error)", true,
        [](Config& c, const std::string& text) { return store_text(c.log.file, text); }},
    Key{"log.max-bytes", KeyKind::value, "BYTES",
        "at this size log.file is renamed to FILE.1 and begun anew (default: 67108864)", false,
        set_log_max_bytes},
    Key{"history.interval", KeyKind::value, "DURATION",
        "between two looks that the query API answers from (default: 5s)", false,
        set_history_interval},
    Key{"history.retention", KeyKind::value, "DURATION",
        "older looks are forgotten (default: 1h)", false, set_history_retention},
    Key{"history.max-bytes", KeyKind::value, "BYTES",
        "beyond it the oldest looks are forgotten first (default: 8388608)", false,
        set_history_max_bytes},
    Key{"producer-label", KeyKind::value, "NAME",
        "label that names the producer on its series, or off (default: producer)", false,
        set_producer_label},
    Key{"standby", KeyKind::on_off, "",
        "wait for the sidecar that has the segment directory, and take over when it ends "
        "(default: false)", false,
        [](Config& c, const std::string& text) { return store_bool(c.standby, text); }},
    Key{"close-on-exit", KeyKind::on_off, "",
        "close every gate on SIGTERM instead of letting the leases run out (default: false)",
        false,
        [](Config& c, const std::string& text) { return store_bool(c.close_on_exit, text); }},
    Key{"day.begins_at", KeyKind::file_only, "", "", false, set_day_begins_at},
    Key{"day.time_zone", KeyKind::file_only, "", "", false, set_time_zone},
    Key{"protection.arm_at_start", KeyKind::file_only, "", "", false,
        [](Config& c, const std::string& text) {
          return store_bool(c.protection.arm_at_start, text);
        }},
    Key{"protection.second_person", KeyKind::file_only, "", "", false,
        [](Config& c, const std::string& text) {
          return store_bool(c.protection.second_person, text);
        }},
    Key{"protection.on_stale_latch", KeyKind::file_only, "", "", false,
        [](Config& c, const std::string& text) {
          return store_bool(c.protection.on_stale_latch, text);
        }},
    Key{"protection.lease", KeyKind::file_only, "", "", false, set_lease},
    Key{"protection.quiet_period", KeyKind::file_only, "", "", false,
        set_up_to_a_day<&ProtectionConfig::quiet_period>},
    Key{"protection.probes", KeyKind::file_only, "", "", false, set_probes},
    Key{"protection.success_window", KeyKind::file_only, "", "", false,
        set_up_to_a_day<&ProtectionConfig::success_window>},
    Key{"protection.directive_timeout", KeyKind::file_only, "", "", false,
        set_up_to_a_day<&ProtectionConfig::directive_timeout>},
    Key{"protection.trips_to_kill", KeyKind::file_only, "", "", false, set_trips_to_kill},
    Key{"alerting.generator_url", KeyKind::file_only, "", "", false,
        [](Config& c, const std::string& text) { return store_text(c.alerting.generator_url, text); }},
    Key{"alerting.resend_interval", KeyKind::file_only, "", "", false, set_resend_interval},
    Key{"alerting.queue_capacity", KeyKind::file_only, "", "", false, set_queue_capacity},
    Key{"alerting.rate_limit", KeyKind::file_only, "", "", false,
        [](Config& c, const std::string& text) { return store_rate(c.alerting.rate_limit, text); }},
    Key{"alerting.global_rate_limit", KeyKind::file_only, "", "", false,
        [](Config& c, const std::string& text) {
          return store_rate(c.alerting.global_rate_limit, text);
        }},
};
// clang-format on

}  // namespace

std::span<const Key> all_keys() {
  return keys;
}

const Key* find_key(std::string_view name) {
  const auto* found =
      std::find_if(keys.begin(), keys.end(), [&](const Key& key) { return key.name == name; });
  return found == keys.end() ? nullptr : found;
}

std::string refusal(const Key& key, std::string_view found, std::string_view needed) {
  return std::string{key.name} + ": found " + std::string{found} + "; needed " +
         std::string{needed};
}

bool is_scope(std::string_view text) {
  return is_label_name(text);
}

bool is_whole_scope(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == text.npos) return text == "global" || text == "host";
  return is_scope(text.substr(0, equals)) && equals + 1 < text.size();
}

}  // namespace outrider::config
