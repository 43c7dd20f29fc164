// SPDX-License-Identifier: Apache-2.0
#include "control_api.hpp"

#include "clocks.hpp"

namespace outrider {

using protection::Caller;
using protection::Role;

void ControlApi::replace_access(outputs::Access access) {
  auto fresh = std::make_shared<const outputs::Access>(std::move(access));
  const std::scoped_lock lock(mutex_);
  access_ = std::move(fresh);
}

std::shared_ptr<const outputs::Access> ControlApi::access() {
  const std::scoped_lock lock(mutex_);
  return access_;
}

void ControlApi::add(outputs::Router& router, const char* path, Ask ask) {
  router.add("POST", path, [this, ask](const outputs::Request& request) {
    const Caller caller = access()->caller_of(request);
    return replays_.once(caller.name, request, [&](const outputs::Request& asked) {
      const protection::ControlAnswer answer = (control_.*ask)(asked.body, caller, read_clocks());
      return outputs::Response{
          .status = answer.status, .content_type = "application/json", .body = answer.body};
    });
  });
}

void ControlApi::add_command(outputs::Router& router, const char* path, Role least,
                             Command carry_out) {
  router.add("POST", path,
             [this, least, carry_out = std::move(carry_out)](const outputs::Request& request) {
               const Caller caller = access()->caller_of(request);
               if (caller.role >= least) return carry_out(request, caller);
               const std::string message = "found the role " + std::string{to_string(caller.role)} +
                                           "; needed " + std::string{to_string(least)};
               return outputs::Response{.status = 403,
                                        .content_type = "application/json",
                                        .body = R"({"ok":false,"message":")" + message + "\"}\n"};
             });
}

outputs::Handler ControlApi::handler(outputs::Router pages) {
  add(pages, "/api/v1/kill", &protection::Control::kill);
  add(pages, "/api/v1/halt", &protection::Control::halt);
  add(pages, "/api/v1/arm", &protection::Control::arm);
  add(pages, "/api/v1/directive", &protection::Control::direct);
  return [this, pages = std::move(pages)](const outputs::Request& request) -> outputs::Response {
    const bool reads = request.method != "POST";
    if (reads && access()->caller_of(request).role < Role::viewer) {
      return {.status = 401,
              .body =
                  "found nobody who may look; needed a viewer: a member of its group, or "
                  "Authorization: Bearer TOKEN\n",
              .headers = {{"WWW-Authenticate", "Bearer"}}};
    }
    return pages.answer(request);
  };
}

}  // namespace outrider
