// SPDX-License-Identifier: Apache-2.0
// What is served where things can be changed: the Unix socket, and a TCP port
// for the holders of a token. Looks up who asks before anything else.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "outputs/access.hpp"
#include "outputs/replays.hpp"
#include "outputs/router.hpp"
#include "protection/control.hpp"

namespace outrider {

class ControlApi {
 public:
  ControlApi(protection::Control& control, outputs::Access access)
      : control_{control}, access_{std::make_shared<const outputs::Access>(std::move(access))} {}

  /// Any thread: who may do what from now on.
  void replace_access(outputs::Access access);

  using Command =
      std::function<outputs::Response(const outputs::Request&, const protection::Caller&)>;
  /// Another POST, for whoever has at least that role.
  void add_command(outputs::Router& router, const char* path, protection::Role least,
                   Command carry_out);

  /// Reading is for viewers: `pages`. POST /api/v1/kill and arm are for whoever has
  /// the role; `pages` gets them added. Any number of servers may use the handler.
  outputs::Handler handler(outputs::Router pages);

 private:
  [[nodiscard]] std::shared_ptr<const outputs::Access> access();
  using Ask = protection::ControlAnswer (protection::Control::*)(std::string_view,
                                                                 const protection::Caller&,
                                                                 const protection::Now&);
  void add(outputs::Router& router, const char* path, Ask ask);

  protection::Control& control_;
  std::mutex mutex_;
  std::shared_ptr<const outputs::Access> access_;
  outputs::Replays replays_;
};

}  // namespace outrider
