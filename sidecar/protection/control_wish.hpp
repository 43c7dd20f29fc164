// SPDX-License-Identifier: Apache-2.0
// Inside of Control: what a request asks for, understood, and how it is answered.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "protection/control.hpp"

namespace outrider::protection {

struct Control::Wish {
  std::string scope{global_scope};
  std::string reason;
  std::string actor;
  std::string duration;  ///< of a halt; empty: until armed
  std::string directive;
  std::string parameters;
  std::string problem;  ///< not empty: refused with `status`, whatever else holds
  unsigned status = 400;

  enum class Takes { nothing, duration, directive };

  Wish(std::string_view body, const Caller& caller, Role needed, Takes takes = Takes::nothing)
      : actor(caller.name) {
    read(body, takes);
    if (caller.role >= needed) return;
    status = caller.role == Role::none ? 401 : 403;
    problem = "found " + (actor.empty() ? "nobody" : actor) + " with the role " +
              std::string(to_string(caller.role)) + "; needed " + std::string(to_string(needed)) +
              "; who has it is in the sidecar's configuration, under control";
  }

  /// Where the text of a key goes; null: the key is unknown.
  std::string* place_of(std::string_view key, Takes takes) {
    if (key == "scope") return &scope;
    if (key == "reason") return &reason;
    if (takes == Takes::duration) return key == "for" ? &duration : nullptr;
    if (takes != Takes::directive) return nullptr;
    return key == "directive" ? &directive : key == "parameters" ? &parameters : nullptr;
  }

  void read(std::string_view body, Takes takes) {
    const nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object()) {
      problem =
          "found no JSON object as the body; needed {\"scope\": \"global\", \"reason\": \"...\"}";
      return;
    }
    for (const auto& [key, value] : json.items()) {
      std::string* text = place_of(key, takes);
      if (text == nullptr || !value.is_string()) {
        problem = "found \"" + key +
                  "\" that is unknown or no text; needed the texts \"scope\" and \"reason\"";
        return;
      }
      *text = value.get<std::string>();
    }
    problem = scope_problem(scope);
  }

  [[nodiscard]] Entry entry(Action action, const Now& now) const {
    return {action, scope, Cause{{}, actor, reason, 0}, now.wall};
  }
};

inline std::string text_of(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

inline ControlAnswer answer(unsigned status, const std::string& scope, std::string_view state,
                            const std::string& message) {
  const nlohmann::json json{
      {"ok", status == 200}, {"scope", scope}, {"state", state}, {"message", message}};
  return {status, text_of(json)};
}

/// The same for what is in force before it is written down; `unwritten` says why it is
/// not yet, empty: it is.
inline ControlAnswer answer_in_force(ControlAnswer in_force, const std::string& unwritten) {
  nlohmann::json json = nlohmann::json::parse(in_force.body);
  json["journalled"] = unwritten.empty();
  if (!unwritten.empty()) {
    json["journal_problem"] = unwritten;
    json["message"] = json["message"].get<std::string>() + "; not journalled yet: " + unwritten;
  }
  return {in_force.status, text_of(json)};
}

inline std::string unknown_to_us(const std::string& scope) {
  return "found no gate that ever had " + scope +
         "; needed the scope of one; outrider status shows them";
}

inline constexpr unsigned not_understood = 400;
inline constexpr unsigned accepted_as_first = 202;
inline constexpr unsigned unknown_scope = 404;
inline constexpr unsigned refused = 409;
inline constexpr unsigned too_often = 429;
inline constexpr unsigned unavailable = 503;
inline constexpr const char* no_answer =
    "found no answer of the guard thread; needed one in time; see the sidecar's log";

}  // namespace outrider::protection
