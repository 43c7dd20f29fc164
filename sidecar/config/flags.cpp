// SPDX-License-Identifier: Apache-2.0
#include "config/flags.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

#include "config/keys.hpp"
#include "config/usage.hpp"

namespace outrider::config {

void define_flags(CLI::App& app, Flags& flags, const std::string& version) {
  app.set_version_flag("--version", version, "print the version and exit");
  app.set_help_flag("--help,-h", "print this help and exit");
  app.add_option("--config.file", flags.config_file,
                 "YAML file; each flag below is a key of it, and beats it (default: none)")
      ->type_name("FILE");
  for (const Key& key : all_keys()) {
    const std::string name{key.name};
    const std::string flag = "--" + name;
    if (key.kind == KeyKind::file_only) continue;
    if (key.kind == KeyKind::on_off) {
      // Not CLI11's kind of flag: that takes --close-on-exit=false for given, and so for true.
      const CLI::callback_t turn = [&flags, name](const std::vector<std::string>& given) {
        const bool bare = given.empty() || given.front().empty() || given.front() == "{}";
        flags.values[name] = {bare ? "true" : given.front()};
        return true;
      };
      app.add_option(flag, turn, std::string{key.help})->type_name("")->expected(0, 1);
      continue;
    }
    const CLI::callback_t keep = [&flags, name](const std::vector<std::string>& given) {
      flags.values[name] = given;
      return true;
    };
    const bool list = key.kind == KeyKind::list;
    app.add_option(flag, CLI::callback_t{keep}, std::string{key.help})
        ->type_name(std::string{key.value_name})
        ->expected(1)
        ->multi_option_policy(list ? CLI::MultiOptionPolicy::TakeAll
                                   : CLI::MultiOptionPolicy::TakeLast);
  }
}

std::optional<int> parse_flags(int argc, const char* const* argv, Flags& flags,
                               const std::string& version) {
  CLI::App app{
      "The other process: drains the traders' segments, serves Prometheus, holds the gates.",
      "outrider-sidecar"};
  define_flags(app, flags, version);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // CLI11 has a code per kind of mistake; ours are a contract: 2 is usage.
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    std::cerr << "outrider-sidecar: " << usage_sentence(app, error) << '\n';
    return 2;
  }
  return std::nullopt;
}

void apply_flags(const Flags& flags, Loaded& loaded) {
  for (const auto& [name, given] : flags.values) {
    const Key* key = find_key(name);
    if (key == nullptr) continue;
    if (key->begin != nullptr) key->begin(loaded.config);
    for (const std::string& text : given) {
      const std::string_view needed = key->set(loaded.config, text);
      if (needed.empty()) continue;
      loaded.problems.push_back(
          {"--" + name, {}, "found " + in_quotes(text) + "; needed " + std::string{needed}});
    }
  }
}

Loaded load(const Flags& flags) {
  Loaded loaded = flags.config_file.empty() ? Loaded{} : load_file(flags.config_file);
  apply_flags(flags, loaded);
  if (auto problem = check_escalation(loaded.config)) loaded.problems.push_back(*problem);
  return loaded;
}

}  // namespace outrider::config
