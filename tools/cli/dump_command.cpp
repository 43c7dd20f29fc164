// SPDX-License-Identifier: Apache-2.0
#include "cli/dump_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "cli/dump.hpp"
#include "outrider/shm/identity.hpp"
#include "segments/listing.hpp"

namespace outrider::cli {
namespace {

struct DumpOptions {
  std::string what;
  std::string format = "text";
  bool as_json = false;
};

/// The files around DIRECTORY/t/NAME.GENERATION.telemetry; beside a copy there are none.
SegmentFiles files_around(const std::string& path) {
  const std::filesystem::path file = std::filesystem::absolute(path);
  const std::filesystem::path folder = file.parent_path();
  if (folder.filename() == "t") {
    for (const segments::Found& found : segments::list_segments(folder.parent_path().string())) {
      SegmentFiles files = files_of(folder.parent_path().string(), found.name, found.generation);
      if (files.telemetry == file.string()) return files;
    }
  }
  return {file.filename().string(), path, "", ""};
}

/// The newest generation of every name, or of the one that is wanted.
std::vector<SegmentFiles> newest_files(const std::string& directory, const std::string& wanted) {
  std::vector<SegmentFiles> files;
  for (const segments::Found& found : segments::list_segments(directory)) {
    if (!wanted.empty() && found.name != wanted) continue;
    if (!files.empty() && files.back().name == found.name) files.pop_back();
    files.push_back(files_of(directory, found.name, found.generation));
  }
  return files;
}

int complain_of_nothing(const std::string& directory, const std::string& wanted) {
  if (const auto code = complain_of_folder(directory, "t")) return *code;
  std::string there;
  for (const SegmentFiles& each : newest_files(directory, ""))
    there += (there.empty() ? "" : ", ") + each.name;
  return complain(exit_nobody, "found no segment " +
                                   (wanted.empty() ? "" : "of " + shm::shown(wanted) + " ") +
                                   "in " + directory + "/t; needed one that a trader has made; " +
                                   (there.empty() ? "there is none" : "there are: " + there));
}

std::optional<Dump> dump_of(const SegmentFiles& files, std::string& why) {
  Opened opened;
  const shm::AttachResult result = open_files(files, shm::Access::read_only, opened, why);
  if (result != shm::AttachResult::attached) {
    if (why.empty()) {
      why = files.telemetry + ": found " +
            (result == shm::AttachResult::absent ? "no such file" : "it half made") +
            "; needed a segment as a trader writes it";
    }
    return std::nullopt;
  }
  std::optional<Dump> dump = take_dump(opened);
  if (!dump) why = files.telemetry + ": found it cut short while in use; needed it whole";
  return dump;
}

void write_down(const std::string& format, const std::vector<Dump>& dumps) {
  if (format == "json") return void(std::fputs(dump_json(dumps).c_str(), stdout));
  if (format == "csv") std::fputs(dump_csv_head().c_str(), stdout);
  const char* between = "";
  for (const Dump& each : dumps) {
    if (format == "text") std::fputs(between, stdout);
    std::fputs((format == "csv" ? dump_csv(each) : dump_text(each)).c_str(), stdout);
    between = "\n";
  }
}

int show_dump(const DumpOptions& options, const Places& places) {
  const std::string directory = places.directory();
  const bool is_file = options.what.find('/') != std::string::npos;
  const std::vector<SegmentFiles> files =
      is_file ? std::vector{files_around(options.what)} : newest_files(directory, options.what);
  if (files.empty()) return complain_of_nothing(directory, options.what);
  std::vector<Dump> dumps;
  int code = exit_done;
  for (const SegmentFiles& each : files) {
    std::string why;
    if (std::optional<Dump> dump = dump_of(each, why)) {
      dumps.push_back(std::move(*dump));
    } else {
      const bool is_there = ::access(each.telemetry.c_str(), F_OK) == 0;
      code = complain(!is_there                                     ? exit_nobody
                      : ::access(each.telemetry.c_str(), R_OK) != 0 ? exit_not_permitted
                                                                    : exit_usage,
                      why);
    }
  }
  if (!dumps.empty()) write_down(options.as_json ? "json" : options.format, dumps);
  return code;
}

}  // namespace

void add_dump_command(const Command& program, const Places& places) {
  const Command command =
      program.command("dump", "what a segment holds, of a dead trader too: series, gates, samples");
  command.footer(
      "Changes nothing, and takes no sample from the sidecar. Samples that a sidecar has taken\n"
      "are no longer in a segment: its own totals have them.\n"
      "Exit codes: 0 shown, 2 usage or a file that is no segment, 3 not permitted, 4 no segment.");
  const auto options = std::make_shared<DumpOptions>();
  command.option("PRODUCER", options->what,
                 "the newest segment of this name, or of this path, with a slash in it; "
                 "default every producer's");
  command.option("--format", options->format, "text, csv or json; default text")
      .one_of({"text", "csv", "json"});
  command.flag("--json", options->as_json, "for programs: --format json");
  command.does([options, &places] { return show_dump(*options, places); });
}

}  // namespace outrider::cli
