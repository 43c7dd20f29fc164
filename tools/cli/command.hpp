// SPDX-License-Identifier: Apache-2.0
// A command, its options and what it does: all that commands know of CLI11, whose header takes
// a compiler 4 to 15 s.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "config/cli11_names.hpp"

namespace outrider::cli {

/// What else holds of an option. A handle: the program owns the option.
class Option {
 public:
  explicit Option(CLI::Option& option) noexcept : option_(&option) {}

  const Option& required() const;
  const Option& one_of(const std::vector<std::string>& values) const;
  const Option& between(int least, int most) const;
  const Option& needs(const Option& other) const;
  const Option& excludes(const Option& other) const;

 private:
  CLI::Option* option_;
};

/// A handle, as above. What an option sets must live until the program has run.
class Command {
 public:
  Command(CLI::App& app, int& exit_code) noexcept : app_(&app), exit_code_(&exit_code) {}

  /// A command of this one.
  [[nodiscard]] Command command(const std::string& name, const std::string& what) const;
  /// One of its commands must be given.
  void needs_command() const;

  /// `name` begins with -- or, for a word at its place, does not. With a list, several may be
  /// given.
  Option option(const std::string& name, std::string& value, const std::string& what) const;
  Option option(const std::string& name, std::vector<std::string>& value,
                const std::string& what) const;
  Option option(const std::string& name, int& value, const std::string& what) const;
  Option option(const std::string& name, std::uint64_t& value, const std::string& what) const;
  Option flag(const std::string& name, bool& value, const std::string& what) const;
  void footer(const std::string& text) const;
  /// Its options may also stand behind the name of one of its commands.
  void options_anywhere() const;

  /// What it does when none of its commands is given; yields the exit code.
  void does(std::function<int()> action) const;

 private:
  CLI::App* app_;
  int* exit_code_;
};

/// The exit code of the program that `define` makes: of what its command line asks for, or 2 after
/// a sentence on standard error that says what is wrong with it.
struct Program {
  std::string name;
  std::string what;
  std::string version;  ///< that --version prints
};
int run(const Program& program, const std::function<void(const Command&)>& define, int argc,
        const char* const* argv);

}  // namespace outrider::cli
