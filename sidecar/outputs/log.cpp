// SPDX-License-Identifier: Apache-2.0
#include "outputs/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "outputs/log_file.hpp"

namespace outrider::outputs {

namespace {

using config::LogFormat;
using config::LogLevel;

std::string_view level_text(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      return "error";
  }
  return "error";
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

/// Bare when it is one plain word, else quoted; always on one line.
void append_logfmt(std::string& line, std::string_view value) {
  const auto plain = [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '=' && c != '\\' && c != 0x7f;
  };
  if (!value.empty() && std::all_of(value.begin(), value.end(), plain)) {
    line += value;
    return;
  }
  line += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') {
      line += {'\\', c};
    } else if (c == '\n') {
      line += "\\n";
    } else {
      line += static_cast<unsigned char>(c) < ' ' || c == 0x7f ? ' ' : c;
    }
  }
  line += '"';
}

std::string json_text(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string logfmt_line(LogLevel level, std::string_view message, LogFields fields,
                        std::uint64_t held_back) {
  std::string line{"level="};
  line += level_text(level);
  line += " msg=";
  append_logfmt(line, message);
  for (const LogField& field : fields) {
    line += ' ';
    line += field.key;
    line += '=';
    append_logfmt(line, field.value);
  }
  if (held_back > 0) line += " repeated=" + std::to_string(held_back);
  return line;
}

std::string json_line(LogLevel level, std::string_view message, LogFields fields,
                      std::uint64_t held_back) {
  std::string line{"\"level\":"};
  line += json_text(level_text(level));
  line += ",\"msg\":" + json_text(message);
  for (const LogField& field : fields) {
    line += ',' + json_text(field.key) + ':' + json_text(field.value);
  }
  if (held_back > 0) line += ",\"repeated\":" + std::to_string(held_back);
  return line;
}

Log::Log(const config::LogConfig& config)
    : lost_{std::make_shared<LostLines>()}, config_{config}, logger_{opened(config)} {}

std::uint64_t Log::dropped() const noexcept {
  // relaxed: counts on their own.
  return dropped_.load(std::memory_order_relaxed) + lost_->total.load(std::memory_order_relaxed);
}

void Log::debug(std::string_view message, LogFields fields) {
  const std::lock_guard lock{mutex_};
  write(LogLevel::debug, message, fields, 0);
}

void Log::info(std::string_view message, LogFields fields) {
  const std::lock_guard lock{mutex_};
  write(LogLevel::info, message, fields, 0);
}

void Log::warn(std::string_view message, LogFields fields) {
  limited(LogLevel::warn, message, fields);
}

void Log::error(std::string_view message, LogFields fields) {
  limited(LogLevel::error, message, fields);
}

void Log::reconfigure(const config::LogConfig& config) {
  try {
    // Outside the lock: opening, too, may take as long as it likes.
    auto logger = opened(config);
    const std::lock_guard lock{mutex_};
    logger_ = std::move(logger);
    config_ = config;
  } catch (const std::exception& error) {
    const std::lock_guard lock{mutex_};
    write(LogLevel::error, "log file not opened, the one before is kept",
          {{"reason", error.what()}}, 0);
  }
}

void Log::limited(LogLevel level, std::string_view message, LogFields fields) {
  const std::lock_guard lock{mutex_};
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto held_back = limiter_.admit(logfmt_line(level, message, fields, 0), now);
  if (held_back) write(level, message, fields, *held_back);
}

void Log::write(LogLevel level, std::string_view message, LogFields fields,
                std::uint64_t held_back) {
  if (!logger_->should_log(spdlog_level(level))) return;
  if (untold_drops_ > 0 && push(LogLevel::warn, "lines were dropped: the log is not read",
                                {{"count", std::to_string(untold_drops_)}}, 0)) {
    untold_drops_ = 0;
  }
  if (push(level, message, fields, held_back)) return;
  ++untold_drops_;
  dropped_.fetch_add(1, std::memory_order_relaxed);  // relaxed: a count on its own
}

bool Log::push(LogLevel level, std::string_view message, LogFields fields,
               std::uint64_t held_back) {
  const auto line = config_.format == LogFormat::json ? json_line : logfmt_line;
  return queue_.try_push({logger_, spdlog_level(level), spdlog::log_clock::now(),
                          line(level, message, fields, held_back)});
}

std::shared_ptr<spdlog::logger> Log::opened(const config::LogConfig& config) const {
  spdlog::sink_ptr sink;
  if (config.file.empty()) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_st>();
  } else {
    sink = std::make_shared<LogFile>(config, lost_);
  }
  const char* pattern = config.format == LogFormat::json ? R"({"ts":"%Y-%m-%dT%H:%M:%S.%eZ",%v})"
                                                         : "ts=%Y-%m-%dT%H:%M:%S.%eZ %v";
  auto logger = std::make_shared<spdlog::logger>("outrider", std::move(sink));
  logger->set_formatter(
      std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc));
  logger->set_level(spdlog_level(config.level));
  logger->flush_on(spdlog::level::trace);  // what a crash would lose is what it is read for
  return logger;
}

}  // namespace outrider::outputs
