// SPDX-License-Identifier: Apache-2.0
#include "cli/dump_command.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>

#include "cli/dump.hpp"
#include "cli/flight_dump.hpp"
#include "cli/journal_files.hpp"
#include "flight/recording.hpp"
#include "flight/shelf.hpp"
#include "outrider/shm/identity.hpp"
#include "segments/listing.hpp"

namespace outrider::cli {
namespace {

struct DumpOptions {
  std::string what;
  std::string producer;  ///< of a recording
  bool recordings = false;
  JournalOptions state;
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

using TakeDump = std::function<std::optional<Dump>(Opened&)>;

std::optional<Dump> dump_of(const SegmentFiles& files, const TakeDump& take, std::string& why) {
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
  std::optional<Dump> dump = take(opened);
  if (!dump) why = files.telemetry + ": found it cut short while in use; needed it whole";
  return dump;
}

int complain_of(const std::string& file, const std::string& why) {
  const bool is_there = ::access(file.c_str(), F_OK) == 0;
  const bool is_ours = ::access(file.c_str(), R_OK) == 0;
  return complain(!is_there ? exit_nobody : is_ours ? exit_usage : exit_not_permitted, why);
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

/// `{"recording": ..., "segments": [...]}` as JSON; else what it is, then each segment.
void write_down(const std::string& format, const FlightRecording& recording,
                const std::vector<Dump>& dumps) {
  std::string text;
  if (format == "json") {
    text = flight_json(recording, dumps);
  } else if (format == "csv") {
    text = dump_csv_head() + flight_csv(recording);
    for (const Dump& each : dumps) text += dump_csv(each);
  } else {
    text = flight_text(recording);
    for (const Dump& each : dumps) text += '\n' + dump_text(each);
  }
  std::fputs(text.c_str(), stdout);
}

int show_recording(const std::string& path, const std::string& format,
                   const std::string& producer) {
  std::string why;
  const auto recording = read_recording(path, why);
  if (!recording) return complain_of(path + '/' + flight::recording_file, why);
  std::vector<Dump> dumps;
  int code = exit_done;
  std::string there;
  bool is_found = producer.empty();
  for (const FlightSegment& each : recording->segments) {
    there += (there.empty() ? "" : ", ") + each.producer;
    if (!producer.empty() && each.producer != producer) continue;
    is_found = true;
    const TakeDump take = [&](Opened& opened) {
      opened.whole_from = each.whole_from;
      return take_dump(opened, *recording, each);
    };
    if (std::optional<Dump> dump = dump_of({each.producer, each.file, "", ""}, take, why)) {
      dumps.push_back(std::move(*dump));
    } else {
      code = complain_of(each.file, why);
    }
    why.clear();
  }
  if (!is_found)
    return complain(exit_nobody, "found no segment of " + shm::shown(producer) + " in " + path +
                                     "; needed one of it; " +
                                     (there.empty() ? "there is none" : "there are: " + there));
  write_down(format, *recording, dumps);
  return code;
}

std::string flight_directory(const DumpOptions& options) {
  return options.state.directory() + "/flight";
}

/// Those of a directory, the oldest first: what tripped first in each.
int list_recordings(const std::string& directory, bool as_json) {
  if (::access(directory.c_str(), R_OK | X_OK) != 0) {
    const int code = errno;
    return complain(code == EACCES ? exit_not_permitted : exit_nobody,
                    directory + ": found " + shm::errno_text(code) +
                        "; needed the directory of a sidecar's flight recordings; give it, or "
                        "--storage.path");
  }
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::vector<FlightRecording> recordings;
  int code = exit_done;
  for (const std::string& name : flight::Shelf{directory, {}}.list(now)) {
    std::string why;
    auto recording = read_recording(directory + '/' + name, why);
    if (recording) recordings.push_back(std::move(*recording));
    if (!why.empty()) code = complain(exit_usage, why);
  }
  std::fputs((as_json ? flight_list_json(recordings) : flight_list(directory, recordings)).c_str(),
             stdout);
  return code;
}

/// Where a recording of this name or path is; empty: it is none.
std::string recording_of(const DumpOptions& options) {
  if (options.what.empty()) return {};
  if (is_recording(options.what))
    return options.what.substr(0, options.what.find_last_not_of('/') + 1);
  if (!flight::is_recording_name(options.what)) return {};
  return flight_directory(options) + '/' + options.what;
}

int show_dump(const DumpOptions& options, const Places& places) {
  const std::string format = options.as_json ? "json" : options.format;
  if (options.recordings)
    return list_recordings(options.what.empty() ? flight_directory(options) : options.what,
                           format == "json");
  if (const std::string path = recording_of(options); !path.empty())
    return show_recording(path, format, options.producer);
  if (!options.producer.empty())
    return complain(exit_usage, "found " + shm::shown(options.what) + " and " +
                                    shm::shown(options.producer) +
                                    "; needed the directory of a flight recording before the "
                                    "name of a producer in it");
  const std::string directory = places.directory();
  const bool is_file = options.what.find('/') != std::string::npos;
  const std::vector<SegmentFiles> files =
      is_file ? std::vector{files_around(options.what)} : newest_files(directory, options.what);
  if (files.empty()) return complain_of_nothing(directory, options.what);
  std::vector<Dump> dumps;
  int code = exit_done;
  for (const SegmentFiles& each : files) {
    std::string why;
    const TakeDump take = [](Opened& opened) { return take_dump(opened); };
    if (std::optional<Dump> dump = dump_of(each, take, why)) {
      dumps.push_back(std::move(*dump));
    } else {
      code = complain_of(each.telemetry, why);
    }
  }
  if (!dumps.empty()) write_down(format, dumps);
  return code;
}

}  // namespace

void add_dump_command(const Command& program, const Places& places) {
  const Command command =
      program.command("dump", "what a segment holds, of a dead trader too: series, gates, samples");
  command.footer(
      "Changes nothing, and takes no sample from the sidecar. Samples that a sidecar has taken\n"
      "are no longer in a segment: its own totals have them; a flight recording, made when a\n"
      "gate was closed, has those that the rings still held.\n"
      "Exit codes: 0 shown, 2 usage or a file that is no segment, 3 not permitted, 4 no segment.");
  const auto options = std::make_shared<DumpOptions>();
  command.option("PRODUCER", options->what,
                 "the newest segment of this name, or of this path, with a slash in it; or a "
                 "flight recording, by its directory or name; default every producer's");
  command.option("RECORDED", options->producer, "of a flight recording, only this producer");
  command.flag("--recordings", options->recordings,
               "lists the flight recordings of the sidecar, or of a directory given first");
  command.option("--storage.path", options->state.storage_path,
                 "where recordings are looked for by name: the sidecar's state directory");
  command.option("--format", options->format, "text, csv or json; default text")
      .one_of({"text", "csv", "json"});
  command.flag("--json", options->as_json, "for programs: --format json");
  command.does([options, &places] { return show_dump(*options, places); });
}

}  // namespace outrider::cli
