// SPDX-License-Identifier: Apache-2.0
// What an operator may choose. Plain structs whose defaults run on a laptop;
// units are in the types. keys.cpp gives every field its name, in the file and
// as a flag, and refuses values outside the ranges stated here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/alerting.hpp"
#include "config/analytics.hpp"
#include "config/place.hpp"
#include "config/probes.hpp"
#include "config/recovery.hpp"
#include "config/servers.hpp"
#include "config/write_back.hpp"

namespace outrider::config {

struct SegmentConfig {
  /// Directory shared with the traders; empty: see segment_directory().
  std::string dir{};
  /// How much dead traders' files may hold that no sidecar has read. Beyond it the
  /// oldest are removed unread, and what was in them counts as lost.
  std::uint64_t max_stale_bytes = std::uint64_t{256} << 20;
};

struct StorageConfig {
  /// Directory for what must survive a reboot; empty: see state_directory().
  std::string path{};
  /// Directory of the journal's second copy; empty: the same. On another disk it
  /// outlives the first one.
  std::string journal_copy{};
  /// A journal file that has grown to this is kept and another one begun. Lower:
  /// less to read at a start, more files.
  std::uint64_t max_journal_bytes = std::uint64_t{64} << 20;
  /// So many full files are kept of each copy, then the oldest is removed, which
  /// the log says.
  std::uint64_t journal_archives = 16;
};

struct RulesConfig {
  /// Prometheus rule files, in order; none: nothing is watched.
  std::vector<std::string> files{};
  /// How often a group without an interval of its own is evaluated, 1 ms or
  /// more. Shorter: faster trips, and the traders' lines are fetched more often.
  std::chrono::nanoseconds default_interval = std::chrono::milliseconds{100};
};

enum class LoopKind {
  adaptive,  ///< sleeps between passes as long as rules and rings allow
  spin,      ///< never sleeps: fastest, and takes a whole core
};

struct LoopConfig {
  LoopKind kind = LoopKind::adaptive;
  /// The core the guard thread is bound to; none: any. Never a trading core.
  std::optional<int> cpu{};
};

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { logfmt, json };

struct LogConfig {
  LogLevel level = LogLevel::info;
  LogFormat format = LogFormat::logfmt;
  /// Appended to, and reopened on SIGHUP; empty: standard error.
  std::string file{};
  /// At this size `file` is renamed to `file`.1 over the one before, and a new one begun.
  std::uint64_t max_bytes = std::uint64_t{64} << 20;
};

enum class BreakerAction {
  alert,                    ///< tell people only
  reduce_only,              ///< REDUCE_ONLY: reducing orders and cancels, for a cooldown
  halt_new,                 ///< HALTED: cancels only, for a cooldown
  halt_new_and_cancel_all,  ///< the same, and traders are asked to cancel all orders
  kill,                     ///< KILLED: latched until a person arms it
};

struct BreakerConfig {
  /// Name of an alert in the loaded rule files.
  std::string alert{};
  /// What it stops: `global`, `host`, or a label (`producer`, `venue`, ...)
  /// whose value is taken from the firing alert.
  std::string scope = "global";
  BreakerAction action = BreakerAction::halt_new;
  /// How long it stays closed at least, from the trip, by the clock. Doubles, up to
  /// 15 min, each time that a probe fails.
  std::chrono::nanoseconds cooldown = std::chrono::seconds{60};
  Place place{};  ///< of the entry, so that a later check can point at it
  /// false: closed until a person arms, however long. Not for `kill`, which always is.
  bool auto_rearm = true;
  std::optional<std::uint32_t> probes{};         ///< else as ProtectionConfig says
  std::optional<std::uint32_t> trips_to_kill{};  ///< else as ProtectionConfig says
};

struct KillSwitchConfig {
  std::string alert{};           ///< as in BreakerConfig
  std::string scope = "global";  ///< as in BreakerConfig
  Place place{};
};

/// REDUCE_ONLY for a time from when the alert begins to fire.
struct EntryBlockConfig {
  std::string alert{};           ///< as in BreakerConfig
  std::string scope = "global";  ///< as in BreakerConfig
  std::chrono::nanoseconds duration = std::chrono::minutes{60};
  std::string cleared_by{};  ///< an alert that ends it early where it names the same scope
  Place place{};
};

enum class ClusterAction {
  halt_new,  ///< HALTED: for `duration`, or until a person arms
  kill,      ///< KILLED
};

/// What an alert does that an Alertmanager posts to /api/v1/webhook.
struct ClusterAlertConfig {
  std::string alert{};           ///< of the cluster's rules; the sidecar need not have it
  std::string scope = "global";  ///< as in BreakerConfig
  ClusterAction action = ClusterAction::halt_new;
  std::optional<std::chrono::nanoseconds> duration{};  ///< of a halt; none: until armed
  Place place{};
};

enum class TraderSignal {
  none,  ///< nobody is ever signalled
  term,  ///< SIGTERM
  kill,  ///< SIGTERM, and SIGKILL if it still runs after the grace
};

/// What follows when a trader sends orders through a kill.
struct EscalationConfig {
  Place place{};  ///< of `orders`
  /// Its counter of orders, as a series is called; empty: nobody looks.
  std::string orders{};
  /// How long after the kill orders may still come: those on their way.
  std::chrono::nanoseconds after = std::chrono::milliseconds{100};
  TraderSignal signal = TraderSignal::none;
  std::chrono::nanoseconds grace = std::chrono::seconds{2};
};

enum class OnStale {
  halt,         ///< cancels only
  reduce_only,  ///< and reducing orders
  keep_going,   ///< everything, without protection: `continue`
};

/// What may go out of a scope while no sidecar renews its leases.
struct OnStaleConfig {
  std::string scope{};  ///< whole, as people write it: `global`, `venue=binance`
  OnStale action = OnStale::halt;
};

struct ProtectionConfig {
  /// Open the gates at start without a person's `outrider arm`. Never lifts KILLED.
  bool arm_at_start = false;
  /// Lifting KILLED takes two persons. On the Unix socket a person is a user, so
  /// whoever may become another user is two.
  bool second_person = false;
  /// How long a gate stays open after the sidecar stops working, 250 ms to 3 s.
  /// Shorter: an unguarded trader stops sooner, and a starved sidecar stops it too.
  std::chrono::nanoseconds lease = std::chrono::seconds{1};
  /// How long an alert must have been quiet before its breaker lets go.
  std::chrono::nanoseconds quiet_period = std::chrono::seconds{0};
  /// New orders that each gate lets through while PROBING; 0: no PROBING.
  std::uint32_t probes = 5;
  /// How long after the last of them the alert must have stayed clear.
  std::chrono::nanoseconds success_window = std::chrono::seconds{10};
  /// Trips of one rule on one scope within ten minutes that latch KILLED, to 10; 0:
  /// never.
  std::uint32_t trips_to_kill = 3;
  /// A trader that has not answered a directive for so long is told of.
  std::chrono::nanoseconds directive_timeout = std::chrono::seconds{5};
  std::vector<BreakerConfig> breakers{};
  std::vector<KillSwitchConfig> kill_switch{};
  std::vector<EntryBlockConfig> entry_blocks{};
  /// Of those that name a scope of a gate the most restrictive; none: halt.
  std::vector<OnStaleConfig> on_stale{};
  /// A lease that has run out leaves the host HALTED until a person arms; false: gates
  /// open again at the next pass.
  bool on_stale_latch = false;
  std::vector<ClusterAlertConfig> cluster_alerts{};
  EscalationConfig escalation{};
};

/// What the query API of the sidecar answers from; it is gone with the process.
struct HistoryConfig {
  /// Between two looks at everything. Shorter: finer curves, and less of the past in the
  /// same bytes.
  std::chrono::nanoseconds interval = std::chrono::seconds{5};
  std::chrono::nanoseconds retention = std::chrono::hours{1};  ///< older looks are forgotten
  std::uint64_t max_bytes = std::uint64_t{8} << 20;            ///< then the oldest go first
};

/// Interval logs in HdrHistogram's format.
struct HdrLogConfig {
  std::string file{};  ///< empty: none
  std::chrono::nanoseconds interval = std::chrono::seconds{10};
  /// At this size `file` is renamed to `file`.1 over the one before, and a new one begun.
  std::uint64_t max_bytes = std::uint64_t{64} << 20;
};

/// What `outrider drill` makes fire, by its canary: it must close the canary's gate only.
inline constexpr std::string_view drill_alert = "OutriderDrill";

/// What is kept of the moments before gates were closed.
struct FlightRecorderConfig {
  std::string dir{};  ///< empty: flight in the state directory
  /// Of all series, up to the newest look. More than history.retention cannot be.
  std::chrono::nanoseconds window = std::chrono::minutes{5};
  /// From the beginning of one recording to that of the next, but for a kill after a halt.
  std::chrono::nanoseconds interval = std::chrono::minutes{1};
  std::size_t recordings = 8;  ///< then the oldest goes; 0: nothing is recorded
  std::uint64_t max_bytes = std::uint64_t{256} << 20;  ///< of all; then, too
};

/// What "today" means: counts per day begin anew then.
struct DayConfig {
  std::chrono::minutes begins_at{0};  ///< after midnight
  std::string time_zone = "UTC";      ///< of the IANA database
};

struct Config {
  std::string file{};    ///< what was loaded; empty: no file
  std::string sha256{};  ///< of that file as it was read; empty: no file
  SegmentConfig segment{};
  StorageConfig storage{};
  WebConfig web{};
  ControlConfig control{};
  RulesConfig rules{};
  LoopConfig loop{};
  LogConfig log{};
  HistoryConfig history{};
  HdrLogConfig hdr_log{};
  FlightRecorderConfig flight_recorder{};
  DayConfig day{};
  ProtectionConfig protection{};
  AlertingConfig alerting{};
  std::vector<ProbeConfig> probes{};
  std::vector<RecoveryConfig> recovery{};
  std::vector<WriteBackConfig> write_back{};
  std::vector<AnalyticsConfig> analytics{};
  /// Which environment this is: on every series of a page, and below alerting's own on
  /// every alert. What a series or an alert brings itself goes before.
  std::vector<std::pair<std::string, std::string>> external_labels{};
  /// Wait until no other sidecar has the segment directory, then take over.
  bool standby = false;
  /// Close every gate at once on SIGTERM, instead of letting the leases run out.
  bool close_on_exit = false;
  /// Label that names the producer on every series of a trader; empty: none.
  std::string producer_label = "producer";
};

}  // namespace outrider::config
