// SPDX-License-Identifier: Apache-2.0
// What is served on the port that only shows: looks up who asks before anything else,
// counts whom it refuses, and says so.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "outputs/log.hpp"
#include "outputs/readers.hpp"
#include "outputs/router.hpp"
#include "own_series.hpp"

namespace outrider {

class WebApi {
 public:
  WebApi(outputs::Log& log, SharedFacts& facts, outputs::Readers readers)
      : log_{log},
        facts_{facts},
        readers_{std::make_shared<const outputs::Readers>(std::move(readers))} {}

  /// Any thread: who may read from now on.
  void replace_readers(outputs::Readers readers);

  outputs::Handler handler(outputs::Router pages);

 private:
  /// Addresses that the log names; a stranger may have any number of them.
  static constexpr std::size_t most_named = 32;

  [[nodiscard]] std::shared_ptr<const outputs::Readers> readers();
  void say_refused(outputs::Readers::Verdict verdict, const std::string& remote);

  outputs::Log& log_;
  SharedFacts& facts_;
  std::mutex mutex_;  ///< over what follows
  std::shared_ptr<const outputs::Readers> readers_;
  std::set<std::string> named_;
};

}  // namespace outrider
