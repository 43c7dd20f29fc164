// SPDX-License-Identifier: Apache-2.0
#include "config/read_hooks.hpp"

#include <iterator>
#include <set>

#include "config/entry_fields.hpp"
#include "config/read_matchers.hpp"

namespace outrider::config {

using namespace std::chrono_literals;

void read_hooks(std::vector<ReceiverConfig>& receivers, const YAML::Node& list,
                const ReadContext& context) {
  std::vector<ReceiverConfig> hooks;
  std::set<std::string> taken;
  read_entries({"alerting.hooks", list}, context, hooks,
               [&](const EntryFields& fields, ReceiverConfig& hook) {
                 fields.refuse_all_but({"name", "exec", "timeout", "environment", "matchers"});
                 fields.name(taken, hook.name);
                 if (fields.find("exec") == nullptr)
                   fields.lacks(
                       "found no exec; needed a program and its arguments; add exec: "
                       "[/path/of/program]");
                 fields.texts("exec", hook.command);
                 if (!hook.command.empty())
                   hook.command.front() = context.beside_the_file(hook.command.front());
                 fields.duration("timeout", hook.timeout, {100ms, 1min});
                 fields.environment("environment", hook.environment);
                 if (const YAML::Node* matchers = fields.find("matchers"))
                   read_matchers(hook.matchers, fields.path() + ".matchers", *matchers, context);
               });
  for (ReceiverConfig& hook : hooks) {
    hook.kind = ReceiverKind::exec;
    receivers.push_back(std::move(hook));
  }
}

}  // namespace outrider::config
