// SPDX-License-Identifier: Apache-2.0
#include "cli/dashboards_command.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "cli/places.hpp"
#include "dashboards/description_reader.hpp"
#include "dashboards/description_writer.hpp"
#include "dashboards/grafana_reader.hpp"
#include "dashboards/grafana_writer.hpp"

namespace outrider::cli {

namespace {

namespace fs = std::filesystem;
using dashboards::Dashboard;
using Files = std::vector<std::string>;

struct DashboardsOptions {
  std::string directory;
  Files profiles;
  Files files;
  std::string uid;
  std::string out;
  bool wrap = false;
};

/// What one file of descriptions holds.
struct Source {
  std::string profile;  ///< empty: outrider's own
  std::string file;
  std::vector<Dashboard> dashboards;
};

/// Where the descriptions are: installed beside this program, else in the sources.
std::string default_directory() {
  std::error_code none;
  const fs::path program = fs::read_symlink("/proc/self/exe", none);
  const fs::path installed = program.parent_path().parent_path() / "share/outrider";
  return fs::exists(installed / "dashboards.yml", none) ? installed.string() : "tools/deploy";
}

void print(const std::vector<rules::FileProblem>& problems) {
  for (const rules::FileProblem& problem : problems) std::cerr << problem.text() << '\n';
}

/// Each profile by its name, in their order; outrider itself first.
std::vector<Source> described_in(const std::string& directory) {
  std::vector<Source> sources{{"", directory + "/dashboards.yml", {}}};
  std::error_code none;
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{directory + "/profiles", none})
    if (fs::exists(entry.path() / "dashboards.yml", none))
      names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  for (const std::string& name : names)
    sources.push_back({name, directory + "/profiles/" + name + "/dashboards.yml", {}});
  return sources;
}

/// Those that were asked for; false, and why is printed, when one is not there.
bool choose(const DashboardsOptions& options, std::vector<Source>& chosen) {
  for (const std::string& file : options.files) chosen.push_back({"", file, {}});
  if (!options.files.empty() && options.profiles.empty()) return true;
  const std::vector<Source> known = described_in(options.directory);
  if (options.profiles.empty()) chosen = known;
  for (const std::string& name : options.profiles) {
    const auto named = std::find_if(known.begin(), known.end(), [&](const Source& source) {
      return source.profile == (name == "outrider" ? "" : name);
    });
    if (named == known.end()) {
      std::string needed = "outrider";
      for (const Source& source : known)
        if (!source.profile.empty()) needed += ", " + source.profile;
      complain(exit_usage, "--profile: found \"" + name + "\"; needed one of " + needed + ", in " +
                               options.directory + " (or say --directory)");
      return false;
    }
    chosen.push_back(*named);
  }
  return true;
}

/// False, and every problem is printed, when one of them is not valid.
bool read_all(const DashboardsOptions& options, std::vector<Source>& sources) {
  if (!choose(options, sources)) return false;
  bool is_good = true;
  for (Source& source : sources) {
    dashboards::Described described = dashboards::read_description_file(source.file);
    print(described.problems);
    is_good = is_good && described.problems.empty();
    std::copy_if(described.dashboards.begin(), described.dashboards.end(),
                 std::back_inserter(source.dashboards), [&](const Dashboard& dashboard) {
                   return options.uid.empty() || dashboard.uid == options.uid;
                 });
  }
  return is_good;
}

int write_text(const std::string& path, const std::string& text) {
  std::ofstream stream{path, std::ios::binary};
  stream << text << std::flush;
  if (!stream)
    return complain(exit_failed, path +
                                     ": cannot be written; needed a directory that is there "
                                     "and may be written to");
  std::cout << "wrote " << path << '\n';
  return exit_done;
}

int list(const DashboardsOptions& options) {
  std::vector<Source> sources;
  if (!read_all(options, sources)) return exit_usage;
  for (const Source& source : sources)
    for (const Dashboard& dashboard : source.dashboards)
      std::cout << dashboard.uid << "  " << dashboard.panels.size() << " panels  "
                << (source.profile.empty() ? "outrider" : source.profile) << "  " << dashboard.title
                << '\n';
  return exit_done;
}

int generate(const DashboardsOptions& options) {
  std::vector<Source> sources;
  if (!read_all(options, sources)) return exit_usage;
  std::vector<Dashboard> all;
  for (const Source& source : sources)
    all.insert(all.end(), source.dashboards.begin(), source.dashboards.end());
  if (all.empty()) return complain(exit_usage, "found no such dashboard; see dashboards list");
  if (options.out.empty() && all.size() > 1)
    return complain(exit_usage, "found " + std::to_string(all.size()) +
                                    " dashboards; needed --out DIR, or one of them by --uid");
  for (const Dashboard& dashboard : all) {
    const std::string text = dashboards::grafana_text(dashboard, options.wrap);
    if (options.out.empty()) {
      std::cout << text;
    } else if (write_text(options.out + '/' + dashboard.uid + ".json", text) != exit_done) {
      return exit_failed;
    }
  }
  return exit_done;
}

/// Nothing, and what is wrong is printed, when it is no dashboard.
bool read_json(const std::string& file, dashboards::Imported& imported) {
  std::ifstream stream{file};
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream) {
    complain(exit_usage, file + ": cannot be read; needed a file with a dashboard");
    return false;
  }
  imported = dashboards::read_grafana(text.str(), file);
  print(imported.problems);
  return imported.problems.empty();
}

int import_one(const std::string& file, const DashboardsOptions& options) {
  dashboards::Imported imported;
  if (!read_json(file, imported)) return exit_usage;
  print(imported.differences);
  const std::string text = dashboards::description_text({imported.dashboard});
  if (!options.out.empty()) return write_text(options.out, text);
  std::cout << text;
  return exit_done;
}

int check_json(const std::string& file) {
  dashboards::Imported imported;
  if (!read_json(file, imported)) return exit_usage;
  print(imported.differences);
  if (!imported.differences.empty()) return exit_failed;
  std::cout << file << ": good; " << imported.dashboard.panels.size() << " panels, "
            << (imported.is_identical ? "and the same to the byte when it is written again\n"
                                      : "and the same when it is written again, but for spaces and "
                                        "the order of keys\n");
  return exit_done;
}

int check_description(const std::string& file) {
  const dashboards::Described described = dashboards::read_description_file(file);
  print(described.problems);
  if (!described.problems.empty()) return exit_usage;
  std::cout << file << ": good; dashboards: " << described.dashboards.size() << '\n';
  return exit_done;
}

int check(const Files& files) {
  int worst = exit_done;
  for (const std::string& file : files)
    worst = std::max(worst, file.ends_with(".json") ? check_json(file) : check_description(file));
  return worst;
}

void add_sources(const Command& command, DashboardsOptions& options) {
  command.option("--directory", options.directory,
                 "where dashboards.yml and profiles/ are; else what is installed, else "
                 "tools/deploy");
  command.option("--profile", options.profiles, "a profile, or outrider; else all");
  command.option("--file", options.files, "a file of descriptions instead");
}

}  // namespace

void add_dashboards_command(const Command& program) {
  const auto options = std::make_shared<DashboardsOptions>(
      DashboardsOptions{default_directory(), {}, {}, {}, {}, false});
  const auto files = std::make_shared<Files>();
  const Command command =
      program.command("dashboards", "Grafana's dashboards, from descriptions and back");
  command.needs_command();

  const Command listed = command.command("list", "which there are");
  add_sources(listed, *options);
  listed.does([options] { return list(*options); });

  const Command generated = command.command("generate", "write what Grafana loads");
  add_sources(generated, *options);
  generated.option("--uid", options->uid, "only this one");
  generated.option("--out", options->out, "directory for UID.json; else standard output");
  generated.flag("--wrap", options->wrap,
                 "as POST /api/dashboards/db takes it, instead of a file for provisioning");
  generated.does([options] { return generate(*options); });

  const Command imported =
      command.command("import", "read back what Grafana exports, as a description");
  imported.option("FILE", *files, "a dashboard, JSON").required();
  imported.option("--out", options->out, "file to write; else standard output");
  imported.does([options, files] { return import_one(files->front(), *options); });

  const Command checked = command.command(
      "check", "report every problem of descriptions, and whether JSON comes back the same");
  checked.option("FILE", *files, "descriptions, YAML, or dashboards, .json").required();
  checked.does([files] { return check(*files); });
}

}  // namespace outrider::cli
