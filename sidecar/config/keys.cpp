// SPDX-License-Identifier: Apache-2.0
#include "config/keys.hpp"

#include <algorithm>
#include <array>

#include "config/problem.hpp"
#include "config/setters.hpp"

namespace outrider::config {

namespace {

using namespace setters;

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
    Key{"web.origins", KeyKind::list, "ORIGIN",
        "pages of this site may listen to /ws, too; may be repeated (default: only our own)", false,
        set_web_origin, [](Config& c) { c.web.origins.clear(); }},
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
    Key{"hdr-log.file", KeyKind::value, "FILE",
        "append an interval log of every histogram here, in HdrHistogram's format (default: none)",
        true, [](Config& c, const std::string& text) { return store_text(c.hdr_log.file, text); }},
    Key{"hdr-log.interval", KeyKind::value, "DURATION",
        "length of its intervals (default: 10s)", false, set_hdr_log_interval},
    Key{"hdr-log.max-bytes", KeyKind::value, "BYTES",
        "at this size hdr-log.file is renamed to FILE.1 and begun anew (default: 67108864)", false,
        set_hdr_log_max_bytes},
    Key{"flight-recorder.dir", KeyKind::value, "DIR",
        "directory of what is kept of the moments before a gate was closed (default: flight in "
        "the state directory)", true,
        [](Config& c, const std::string& text) { return store_text(c.flight_recorder.dir, text); }},
    Key{"flight-recorder.window", KeyKind::value, "DURATION",
        "of all series, so much is in a recording (default: 5m)", false, set_flight_window},
    Key{"flight-recorder.interval", KeyKind::value, "DURATION",
        "between two recordings, but for a kill after a halt; trips meanwhile are counted "
        "(default: 1m)", false, set_flight_interval},
    Key{"flight-recorder.recordings", KeyKind::value, "NUMBER",
        "so many are kept, then the oldest is removed; 0 records nothing (default: 8)", false,
        set_flight_recordings},
    Key{"flight-recorder.max-bytes", KeyKind::value, "BYTES",
        "beyond it, of all together, the oldest are removed first; one takes at most half "
        "(default: 268435456)", false, set_flight_max_bytes},
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
