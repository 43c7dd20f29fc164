// SPDX-License-Identifier: Apache-2.0
// What a sidecar finds of its own earlier life: a checkpoint, a journal and a
// latch file that are damaged or not its own, and a disk that is full.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "cases.hpp"

namespace outrider::inputs {
namespace {

namespace fs = std::filesystem;

std::string arm(const Place& place) {
  return place.outrider("--control.socket " + place.path("control.sock") +
                        " arm --reason 'limits checked with the desk'");
}

/// A sidecar that ran once, with a trader; then its files are changed.
void run_once(const Place& place) {
  Producer trader{place.options()};
  Writer writer = trader.writer("main");
  writer.counter("orders_total", "").inc();
  const Watched sidecar{place};
  if (!sidecar.has("orders_total{producer=\"oms\"}", 1)) throw std::runtime_error{"not drained"};
  if (!arm(place).ends_with("exit 0")) throw std::runtime_error{"not armed"};
}

void scribble(const std::string& path, std::streamoff at) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekp(at);
  file << "scribbled";
}

std::string checkpoint_of(const Place& place) {
  return place.segments() + "/c/oms.checkpoint";
}
std::string journal_of(const Place& place) {
  return place.path("state/latch.journal");
}
std::string copy_of(const Place& place) {
  return journal_of(place) + ".copy";
}
std::string latch_of(const Place& place) {
  return place.segments() + "/c/latch";
}

template <class Change>
std::string after(const Place& place, const std::string& part, Change change) {
  run_once(place);
  change();
  return Watched{place}.says(part);
}

std::string checkpoint_scribbled(Place& place) {
  return after(place, "checkpoint", [&] { scribble(checkpoint_of(place), 0); });
}
std::string checkpoint_truncated(Place& place) {
  return after(place, "checkpoint", [&] { fs::resize_file(checkpoint_of(place), 100); });
}
std::string checkpoint_symlink(Place& place) {
  return after(place, "checkpoint", [&] {
    fs::rename(checkpoint_of(place), place.path("moved"));
    fs::create_symlink(place.path("moved"), checkpoint_of(place));
  });
}
std::string checkpoint_hard_link(Place& place) {
  return after(place, "checkpoint",
               [&] { fs::create_hard_link(checkpoint_of(place), place.path("second")); });
}

/// Every loud line about the start, but the way to arm, which is said each time.
std::string loud_lines(const Watched& sidecar, const std::string& first) {
  return sidecar.says(first) + "\n" + sidecar.says("UNARMED");
}

std::string journal_scribbled(Place& place) {
  run_once(place);
  scribble(journal_of(place), 20);
  scribble(copy_of(place), 20);
  return loud_lines(Watched{place}, "journal");
}
std::string journal_truncated(Place& place) {
  run_once(place);
  for (const std::string& path : {journal_of(place), copy_of(place)})
    fs::resize_file(path, fs::file_size(path) - 10);
  return loud_lines(Watched{place}, "journal");
}
std::string journal_copy_scribbled(Place& place) {
  return after(place, "journal", [&] { scribble(copy_of(place), 20); });
}
std::string journal_copy_lost(Place& place) {
  return after(place, "journal", [&] { fs::remove(copy_of(place)); });
}
std::string journal_symlink(Place& place) {
  run_once(place);
  fs::rename(journal_of(place), place.path("moved"));
  fs::create_symlink(place.path("moved"), journal_of(place));
  return Watched{place}.says("journal");
}
std::string journal_lost(Place& place) {
  run_once(place);
  fs::remove(journal_of(place));
  fs::remove(copy_of(place));
  return Watched{place}.says("UNARMED");
}
std::string latch_scribbled(Place& place) {
  run_once(place);
  scribble(latch_of(place), 0);
  return Watched{place}.says("UNARMED");
}
std::string latch_truncated(Place& place) {
  run_once(place);
  fs::resize_file(latch_of(place), 64);
  return Watched{place}.says("UNARMED");
}

// ---------------------------------------------------------------- a full disk

/// A journal of seven records: the next one needs a page that there is no room for.
void fill_disk(const Place& place) {
  for (int attempt = 0; attempt < 6; ++attempt) {
    (void)place.outrider("--control.socket " + place.path("control.sock") + " arm --reason short");
  }
  testing::fill(place.path("state"));
}

std::string disk_full(Place& place) {
  place.mount_memory(place.path("state"), "256k");
  const Watched sidecar{place};
  fill_disk(place);
  return arm(place);
}

/// A kill works, and says what it could not write down.
std::string disk_full_kill(Place& place) {
  place.mount_memory(place.path("state"), "256k");
  const Watched sidecar{place};
  fill_disk(place);
  const std::string kill = place.outrider("--control.socket " + place.path("control.sock") +
                                          " kill --reason 'duplicate fills'");
  return kill + "\n" + sidecar.says("journal");
}

std::string state_read_only(Place& place) {
  fs::create_directory(place.path("state"));
  for (const char* part : {"", "/t", "/c", "/c/kill"})
    ::chown((place.segments() + part).c_str(), nobody, nobody);
  return as_nobody([&] {
    testing::Process sidecar{
        {binary("outrider-sidecar"), "--segment.dir=" + place.segments(),
         "--storage.path=" + place.path("state"), "--web.listen-address=127.0.0.1:0"},
        place.segments() + "/log"};
    std::string said;
    testing::eventually([&] {
      said = testing::read_file(place.segments() + "/log");
      return said.find("sidecar started") != std::string::npos;
    });
    return said.substr(0, said.find("ts=", said.find("journal")));
  });
}

}  // namespace

Cases state_cases() {
  return {
      {"checkpoint: scribbled", checkpoint_scribbled},
      {"checkpoint: truncated", checkpoint_truncated},
      {"checkpoint: symlink", checkpoint_symlink},
      {"checkpoint: hard link", checkpoint_hard_link},
      {"journal: scribbled", journal_scribbled},
      {"journal: truncated", journal_truncated},
      {"journal: one copy scribbled", journal_copy_scribbled},
      {"journal: one copy lost", journal_copy_lost},
      {"journal: symlink", journal_symlink},
      {"journal: lost", journal_lost},
      {"latch file: scribbled", latch_scribbled},
      {"latch file: truncated", latch_truncated},
      {"journal: disk full, arm", disk_full, true},
      {"journal: disk full, kill", disk_full_kill, true},
      {"journal: not for this user", state_read_only, true},
  };
}

}  // namespace outrider::inputs
