// SPDX-License-Identifier: Apache-2.0
#include "config/usage.hpp"

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "config/problem.hpp"

namespace outrider::config {

namespace {

/// The command that the words given so far lead to.
const CLI::App& innermost(const CLI::App& app) {
  const auto given = app.get_subcommands();
  return given.empty() ? app : innermost(*given.back());
}

std::string typed(const CLI::App& app) {
  const CLI::App* outer = app.get_parent();
  return outer == nullptr ? app.get_name() : typed(*outer) + " " + app.get_name();
}

std::string see_help(const CLI::App& app) {
  return typed(app) + " --help lists them";
}

std::string one_of(const std::vector<const CLI::App*>& commands) {
  std::string text;
  for (std::size_t i = 0; i < commands.size(); ++i) {
    text += i == 0 ? "" : i + 1 == commands.size() ? " or " : ", ";
    text += commands[i]->get_name();
  }
  return text;
}

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

std::string unknown_flag(const CLI::App& app, const std::string& given) {
  const std::string name = given.substr(0, given.find('='));
  std::vector<std::string> known;
  for (const CLI::App* each = &app; each != nullptr; each = each->get_parent()) {
    for (const CLI::Option* option : each->get_options()) known.push_back(option->get_name());
  }
  const std::string_view near = nearest(name, {known.begin(), known.end()});
  return "found unknown flag " + in_quotes(name) + "; " +
         (near.empty() ? "needed a known one; " + see_help(app) : "nearest: " + std::string{near});
}

std::string unknown_word(const CLI::App& app, const std::string& word) {
  const auto commands = commands_of(app);
  if (commands.empty()) {
    return "found " + in_quotes(word) + ", which is neither a flag nor the value of one; needed " +
           "nothing there; remove it, or see " + typed(app) + " --help";
  }
  return "found unknown command " + in_quotes(word) + "; needed " + one_of(commands) + "; see " +
         typed(app) + " --help";
}

/// "FILE is required", "--reason is required", "A subcommand is required".
std::string missing(const CLI::App& app, const std::string& what) {
  const auto commands = commands_of(app);
  if (!commands.empty() && app.get_subcommands().empty()) {
    return "found no command; needed " + one_of(commands) + "; see " + typed(app) + " --help";
  }
  const std::string name = what.substr(0, what.find(' '));
  return "found no " + name + "; needed one; see " + typed(app) + " --help";
}

/// "--scope: 1 required TEXT missing", "--scope: At Most 1 required but received 2".
std::string mismatch(const CLI::App& app, const std::string& what) {
  const std::string name = what.substr(0, what.find(':'));
  if (what.find("received") != what.npos) return "found " + name + " twice; needed once; drop one";
  return "found " + name + " without a value; needed one behind it; see " + typed(app) + " --help";
}

}  // namespace

std::string usage_sentence(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = innermost(app);
  const std::string what = error.what();
  // Before what is missing: it is missing because something else was typed.
  if (const auto rest = app.remaining(true); !rest.empty()) {
    const std::string& first = rest.front();
    return first.starts_with('-') ? unknown_flag(command, first) : unknown_word(command, first);
  }
  if (error.get_name() == "RequiredError") return missing(command, what);
  if (error.get_name() == "ArgumentMismatch") return mismatch(command, what);
  return "found what is not understood: " + in_quotes(what) + "; needed flags as " +
         typed(command) + " --help shows them";
}

}  // namespace outrider::config
