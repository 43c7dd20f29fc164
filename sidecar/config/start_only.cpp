// SPDX-License-Identifier: Apache-2.0
#include "config/start_only.hpp"

namespace outrider::config {
namespace {

struct StartOnly {
  std::string_view name;
  bool (*is_same)(const Config&, const Config&);
};

// clang-format off
constexpr StartOnly table[] = {
    {"segment.dir", [](const Config& a, const Config& b) { return a.segment.dir == b.segment.dir; }},
    {"storage.path", [](const Config& a, const Config& b) { return a.storage.path == b.storage.path; }},
    {"storage.journal-copy", [](const Config& a, const Config& b) {
       return a.storage.journal_copy == b.storage.journal_copy; }},
    {"storage.max-journal-bytes", [](const Config& a, const Config& b) {
       return a.storage.max_journal_bytes == b.storage.max_journal_bytes; }},
    {"storage.journal-archives", [](const Config& a, const Config& b) {
       return a.storage.journal_archives == b.storage.journal_archives; }},
    {"web.listen-address", [](const Config& a, const Config& b) {
       return a.web.listen_address == b.web.listen_address; }},
    {"control.socket", [](const Config& a, const Config& b) { return a.control.socket == b.control.socket; }},
    {"control.listen-address", [](const Config& a, const Config& b) {
       return a.control.listen_address == b.control.listen_address; }},
    {"loop", [](const Config& a, const Config& b) { return a.loop.kind == b.loop.kind; }},
    {"loop.cpu", [](const Config& a, const Config& b) { return a.loop.cpu == b.loop.cpu; }},
    {"history.interval", [](const Config& a, const Config& b) {
       return a.history.interval == b.history.interval; }},
    {"history.retention", [](const Config& a, const Config& b) {
       return a.history.retention == b.history.retention; }},
    {"history.max-bytes", [](const Config& a, const Config& b) {
       return a.history.max_bytes == b.history.max_bytes; }},
    {"hdr-log.file", [](const Config& a, const Config& b) { return a.hdr_log.file == b.hdr_log.file; }},
    {"hdr-log.interval", [](const Config& a, const Config& b) {
       return a.hdr_log.interval == b.hdr_log.interval; }},
    {"hdr-log.max-bytes", [](const Config& a, const Config& b) {
       return a.hdr_log.max_bytes == b.hdr_log.max_bytes; }},
    {"flight-recorder.dir", [](const Config& a, const Config& b) {
       return a.flight_recorder.dir == b.flight_recorder.dir; }},
    {"flight-recorder.window", [](const Config& a, const Config& b) {
       return a.flight_recorder.window == b.flight_recorder.window; }},
    {"flight-recorder.interval", [](const Config& a, const Config& b) {
       return a.flight_recorder.interval == b.flight_recorder.interval; }},
    {"flight-recorder.recordings", [](const Config& a, const Config& b) {
       return a.flight_recorder.recordings == b.flight_recorder.recordings; }},
    {"flight-recorder.max-bytes", [](const Config& a, const Config& b) {
       return a.flight_recorder.max_bytes == b.flight_recorder.max_bytes; }},
    {"standby", [](const Config& a, const Config& b) { return a.standby == b.standby; }},
    {"close-on-exit", [](const Config& a, const Config& b) { return a.close_on_exit == b.close_on_exit; }},
    {"protection.arm_at_start", [](const Config& a, const Config& b) {
       return a.protection.arm_at_start == b.protection.arm_at_start; }},
};
// clang-format on

}  // namespace

std::vector<std::string_view> changed_start_only(const Config& started, const Config& fresh) {
  std::vector<std::string_view> names;
  for (const StartOnly& each : table) {
    if (!each.is_same(started, fresh)) names.push_back(each.name);
  }
  return names;
}

}  // namespace outrider::config
