// SPDX-License-Identifier: Apache-2.0
// Inside of keys.cpp: what each key makes of a text. Empty, or what was needed instead.
#pragma once

#include <algorithm>

#include "config/address.hpp"
#include "config/ascii.hpp"
#include "config/config.hpp"
#include "config/day.hpp"
#include "config/network.hpp"
#include "config/store.hpp"

namespace outrider::config::setters {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

/// `field` may be an address or perhaps one.
template <class Field>
inline std::string_view store_listen_address(Field& field, const std::string& text) {
  const auto address = parse_listen_address(text);
  if (!address) return "a numeric address and a port, such as 127.0.0.1:9717 or [::1]:9717";
  field = *address;
  return accepted;
}

inline std::string_view store_group(std::string& field, const std::string& text) {
  if (text.empty()) return "the name of a Unix group";
  field = text;
  return accepted;
}

inline constexpr std::uint64_t most_bytes = std::uint64_t{1} << 40;

inline std::string_view set_max_stale_bytes(Config& config, const std::string& text) {
  const bool stored =
      store_number(config.segment.max_stale_bytes, text, std::uint64_t{0}, most_bytes);
  return stored ? accepted : "a number of bytes, from 0 to 2^40";
}

inline std::string_view set_max_journal_bytes(Config& config, const std::string& text) {
  const bool stored =
      store_number(config.storage.max_journal_bytes, text, std::uint64_t{64} << 10, most_bytes);
  return stored ? accepted : "a number of bytes, from 65536 to 2^40";
}

inline std::string_view set_journal_archives(Config& config, const std::string& text) {
  const bool stored =
      store_number(config.storage.journal_archives, text, std::size_t{1}, std::size_t{100'000});
  return stored ? accepted : "a number of files, from 1 to 100000";
}

inline std::string_view set_log_max_bytes(Config& config, const std::string& text) {
  const bool stored = store_number(config.log.max_bytes, text, std::uint64_t{4096}, most_bytes);
  return stored ? accepted : "a number of bytes, from 4096 to 2^40";
}

inline std::string_view set_history_interval(Config& config, const std::string& text) {
  const bool stored = store_duration(config.history.interval, text, {100ms, 10min});
  return stored ? accepted : "a duration from 100ms to 10m";
}

inline std::string_view set_history_retention(Config& config, const std::string& text) {
  const bool stored = store_duration(config.history.retention, text, {1min, 24h * 7});
  return stored ? accepted : "a duration from 1m to 1w";
}

inline std::string_view set_history_max_bytes(Config& config, const std::string& text) {
  const bool stored =
      store_number(config.history.max_bytes, text, std::uint64_t{1} << 20, std::uint64_t{1} << 32);
  return stored ? accepted : "a number of bytes, from 1048576 to 2^32";
}

inline std::string_view set_hdr_log_interval(Config& config, const std::string& text) {
  const bool stored = store_duration(config.hdr_log.interval, text, {100ms, 24h});
  return stored ? accepted : "a duration from 100ms to 1d";
}

inline std::string_view set_hdr_log_max_bytes(Config& config, const std::string& text) {
  const bool stored = store_number(config.hdr_log.max_bytes, text, std::uint64_t{4096}, most_bytes);
  return stored ? accepted : "a number of bytes, from 4096 to 2^40";
}

inline std::string_view set_flight_window(Config& config, const std::string& text) {
  const bool stored = store_duration(config.flight_recorder.window, text, {1s, 24h});
  return stored ? accepted : "a duration from 1s to 1d";
}

inline std::string_view set_flight_interval(Config& config, const std::string& text) {
  const bool stored = store_duration(config.flight_recorder.interval, text, {1s, 24h});
  return stored ? accepted : "a duration from 1s to 1d";
}

inline std::string_view set_flight_recordings(Config& config, const std::string& text) {
  const bool stored =
      store_number(config.flight_recorder.recordings, text, std::size_t{0}, std::size_t{10'000});
  return stored ? accepted : "a number from 0 to 10000";
}

inline std::string_view set_flight_max_bytes(Config& config, const std::string& text) {
  const bool stored =
      store_number(config.flight_recorder.max_bytes, text, std::uint64_t{1} << 20, most_bytes);
  return stored ? accepted : "a number of bytes, from 1048576 to 2^40";
}

inline std::string_view set_rules_file(Config& config, const std::string& text) {
  return store_text(config.rules.files.emplace_back(), text);
}

inline std::string_view set_web_allow(Config& config, const std::string& text) {
  const auto network = parse_network(text);
  if (!network)
    return "a block of addresses such as 10.0.0.0/8 or fd00::/8, nothing behind its bits";
  if (!config.web.allow) config.web.allow.emplace();
  config.web.allow->push_back(*network);
  return accepted;
}

/// As a browser sends it: in lower case, no path.
inline std::string_view set_web_origin(Config& config, const std::string& text) {
  const std::size_t host = text.find("://") + 3;
  const bool is_web = text.starts_with("http://") || text.starts_with("https://");
  const bool is_plain = std::none_of(text.begin(), text.end(), [](unsigned char c) {
    return c <= ' ' || c >= 0x7F || (c >= 'A' && c <= 'Z') || c == ',' || c == '@';
  });
  if (!is_web || !is_plain || text.size() == host || text.find('/', host) != std::string::npos)
    return "an origin as browsers send it, such as https://desk.example.org:8443: in lower case, "
           "no path";
  config.web.origins.push_back(text);
  return accepted;
}

inline std::string_view set_rules_interval(Config& config, const std::string& text) {
  const bool stored = store_duration(config.rules.default_interval, text, {1ms, 24h});
  return stored ? accepted : "a duration from 1ms to 1d";
}

inline std::string_view set_loop(Config& config, const std::string& text) {
  static constexpr Named<LoopKind> kinds[] = {{"adaptive", LoopKind::adaptive},
                                              {"spin", LoopKind::spin}};
  return store_named(config.loop.kind, text, kinds) ? accepted : "adaptive or spin";
}

inline std::string_view set_loop_cpu(Config& config, const std::string& text) {
  const bool stored = store_number(config.loop.cpu.emplace(), text, 0, 1023);
  return stored ? accepted : "the number of a core, from 0 to 1023";
}

inline std::string_view set_log_level(Config& config, const std::string& text) {
  static constexpr Named<LogLevel> levels[] = {{"debug", LogLevel::debug},
                                               {"info", LogLevel::info},
                                               {"warn", LogLevel::warn},
                                               {"error", LogLevel::error}};
  return store_named(config.log.level, text, levels) ? accepted : "debug, info, warn or error";
}

inline std::string_view set_log_format(Config& config, const std::string& text) {
  static constexpr Named<LogFormat> formats[] = {{"logfmt", LogFormat::logfmt},
                                                 {"json", LogFormat::json}};
  return store_named(config.log.format, text, formats) ? accepted : "logfmt or json";
}

inline bool is_label_name(std::string_view text) {
  const auto begins = [](char c) { return is_letter(c) || c == '_'; };
  if (text.empty() || !begins(text.front()) || text.starts_with("__")) return false;
  return std::all_of(text.begin(), text.end(), [&](char c) { return begins(c) || is_digit(c); });
}

inline std::string_view set_producer_label(Config& config, const std::string& text) {
  if (text != "off" && !is_label_name(text)) return "a label name such as producer, or off";
  config.producer_label = text == "off" ? "" : text;
  return accepted;
}

// The range of the lease: below 250 ms a busy machine closes gates by itself
// (worst gap of a loop at 4:1 load: 116 ms); past 2^34 ticks, 3.4 s at 5 GHz, a
// lease word reads as closed.
inline std::string_view set_lease(Config& config, const std::string& text) {
  const bool stored = store_duration(config.protection.lease, text, {250ms, 3s});
  return stored ? accepted : "a duration from 250ms to 3s";
}

template <auto field>
inline std::string_view set_up_to_a_day(Config& config, const std::string& text) {
  const bool stored = store_duration(config.protection.*field, text, {0ns, 24h});
  return stored ? accepted : "a duration from 0s to 1d";
}

inline std::string_view set_day_begins_at(Config& config, const std::string& text) {
  const auto time = parse_time_of_day(text);
  if (time) config.day.begins_at = *time;
  return time ? accepted : "a time of day such as 00:00 or 17:30";
}

inline std::string_view set_time_zone(Config& config, const std::string& text) {
  config.day.time_zone = text;
  return day_began(config.day, {}) ? accepted : "a time zone such as UTC or America/New_York";
}

inline std::string_view set_probes(Config& config, const std::string& text) {
  const bool stored = store_number(config.protection.probes, text, 0U, most_probes);
  return stored ? accepted : "a number from 0 to 1000";
}

inline std::string_view set_trips_to_kill(Config& config, const std::string& text) {
  const bool stored = store_number(config.protection.trips_to_kill, text, 0U, most_trips_to_kill);
  return stored ? accepted : "a number from 0 to 10";
}

inline std::string_view set_resend_interval(Config& config, const std::string& text) {
  const bool stored = store_duration(config.alerting.resend_interval, text, {1s, 5min});
  return stored ? accepted : "a duration from 1s to 5m";
}

inline std::string_view set_queue_capacity(Config& config, const std::string& text) {
  const bool stored = store_number(config.alerting.queue_capacity, text, 16U, 65536U);
  return stored ? accepted : "a number from 16 to 65536";
}

inline std::string_view store_rate(std::uint32_t& field, const std::string& text) {
  return store_number(field, text, 1U, 60000U) ? accepted : "requests a minute, from 1 to 60000";
}

}  // namespace outrider::config::setters
