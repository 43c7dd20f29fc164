// SPDX-License-Identifier: Apache-2.0
#include "cli/command.hpp"

#include <CLI/CLI.hpp>
#include <utility>

#include "cli/places.hpp"
#include "config/usage.hpp"

namespace outrider::cli {

const Option& Option::required() const {
  option_->required();
  return *this;
}

const Option& Option::one_of(const std::vector<std::string>& values) const {
  option_->check(CLI::IsMember(values));
  return *this;
}

const Option& Option::between(int least, int most) const {
  option_->check(CLI::Range(least, most));
  return *this;
}

const Option& Option::needs(const Option& other) const {
  option_->needs(other.option_);
  return *this;
}

const Option& Option::excludes(const Option& other) const {
  option_->excludes(other.option_);
  return *this;
}

Command Command::command(const std::string& name, const std::string& what) const {
  return {*app_->add_subcommand(name, what), *exit_code_};
}

void Command::needs_command() const {
  app_->require_subcommand(1);
}

Option Command::option(const std::string& name, std::string& value, const std::string& what) const {
  return Option{*app_->add_option(name, value, what)};
}

Option Command::option(const std::string& name, std::vector<std::string>& value,
                       const std::string& what) const {
  return Option{*app_->add_option(name, value, what)};
}

Option Command::option(const std::string& name, int& value, const std::string& what) const {
  return Option{*app_->add_option(name, value, what)};
}

Option Command::option(const std::string& name, std::uint64_t& value,
                       const std::string& what) const {
  return Option{*app_->add_option(name, value, what)};
}

Option Command::flag(const std::string& name, bool& value, const std::string& what) const {
  return Option{*app_->add_flag(name, value, what)};
}

void Command::footer(const std::string& text) const {
  app_->footer(text);
}

void Command::options_anywhere() const {
  app_->fallthrough();
}

void Command::does(std::function<int()> action) const {
  app_->callback([app = app_, exit_code = exit_code_, action = std::move(action)] {
    if (app->get_subcommands().empty()) *exit_code = action();
  });
}

int run(const Program& program, const std::function<void(const Command&)>& define, int argc,
        const char* const* argv) {
  CLI::App app(program.what, program.name);
  app.set_version_flag("--version", program.version);
  int exit_code = exit_done;
  define(Command{app, exit_code});
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);  // --help, --version
  } catch (const CLI::ParseError& error) {
    return complain(exit_usage, config::usage_sentence(app, error));
  }
  return exit_code;
}

}  // namespace outrider::cli
