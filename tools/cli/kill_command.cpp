// SPDX-License-Identifier: Apache-2.0
#include "cli/kill_command.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>

#include "cli/control_client.hpp"
#include "cli/overview.hpp"
#include "protection/kill_request.hpp"
#include "protection/scope.hpp"

namespace outrider::cli {
namespace {

struct KillOptions {
  std::string scope{protection::global_scope};
  std::string reason = "no reason given";
};

/// No sidecar answered: the request waits for one, and the words are closed by
/// hand where that is permitted.
int kill_by_hand(const KillOptions& options, const std::string& directory,
                 const std::string& published, const shm::FileError& unpublished) {
  const StoredKills stored = store_killed(directory, options.scope);
  if (stored.closed > 0) {
    std::printf("%s: KILLED stored into %zu gate(s)\n", options.scope.c_str(), stored.closed);
  }
  if (!published.empty()) {
    std::printf("%s: kill request published; a sidecar obeys it before it grants anything\n",
                options.scope.c_str());
  }
  if (stored.denied > 0) {
    std::fprintf(stderr,
                 "outrider: %zu gate(s) are not this user's to close; they close when their lease "
                 "runs out, if no sidecar renews it\n",
                 stored.denied);
  }
  if (!published.empty()) return exit_done;
  const bool denied = unpublished.code == EACCES || unpublished.code == EPERM;
  return complain(denied ? exit_not_permitted : exit_nobody, unpublished.message);
}

/// No file and no gate word of that sidecar's is here.
int kill_afar(const KillOptions& options, const Door& door) {
  const ControlReply reply = ask_sidecar(door, "/api/v1/kill", {options.scope, options.reason});
  const int code = exit_code_of(reply);
  if (code != exit_done) return complain(code, "not killed: " + reply.message);
  std::printf("%s\n", reply.message.c_str());
  return code;
}

int kill(const KillOptions& options, const Places& places) {
  const std::string problem = protection::scope_problem(options.scope);
  if (!problem.empty()) return complain(exit_usage, problem + "; to kill everything: global");
  if (places.is_afar()) return kill_afar(options, places.door());
  const std::string directory = places.directory();
  // The file first: it works whatever happens next.
  shm::FileError unpublished;
  const std::string published = protection::publish_kill_request(
      directory + "/c/kill", options.scope, options.reason, unpublished);
  const ControlReply reply =
      ask_sidecar(places.door(), "/api/v1/kill", {options.scope, options.reason});
  if (reply.status == 200) {
    if (!published.empty()) ::unlink(published.c_str());  // done; nobody must do it again later
    // Not all of the reply's words: they may say "already", of our own file, obeyed first.
    const std::string unwritten =
        reply.journalled ? "" : "; not journalled yet: " + reply.journal_problem;
    std::printf("%s is KILLED%s\n", options.scope.c_str(), unwritten.c_str());
    return exit_done;
  }
  std::fprintf(stderr, "outrider: no sidecar carried it out: %s\n", reply.message.c_str());
  return kill_by_hand(options, directory, published, unpublished);
}

}  // namespace

void add_kill_command(const Command& program, const Places& places) {
  const Command command = program.command("kill", "close gates, latched until a person arms");
  const auto options = std::make_shared<KillOptions>();
  command.option("--scope", options->scope,
                 "global, host, or label=value such as venue=binance; default global");
  command.option("--reason", options->reason, "why, for the record");
  command.does([options, &places] { return kill(*options, places); });
}

}  // namespace outrider::cli
