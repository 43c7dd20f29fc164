// SPDX-License-Identifier: Apache-2.0
// All requests that are under way, on one thread: none waits for another, names are
// resolved aside. With transfers.cpp and request_defaults.hpp the only files here that know
// libcurl.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "probes/source.hpp"

namespace outrider::probes {

struct Request {
  std::string url;             ///< http or https
  bool connects_only = false;  ///< and speaks TLS with https
  std::size_t most_bytes = 0;  ///< of the answer that are kept; 0: none is
  config::WebAccess access{};
};

/// How a request ended.
struct Answer {
  Failure failure = Failure::none;
  std::string detail;
  long status = 0;             ///< of HTTP
  double connect_seconds = 0;  ///< with TLS, where it is spoken
  std::string body;
};

class Transfers {
 public:
  Transfers();
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  class Transfer;
  /// Over with its owner.
  std::unique_ptr<Transfer> begin(const Request& request);

  /// Goes on with all of them, without waiting.
  void step();
  /// Until one of them, or one of `readable`, is worth a step, and no longer than `most`.
  void wait(const std::vector<int>& readable, std::chrono::milliseconds most);

 private:
  friend class Transfer;
  struct Multi;
  std::unique_ptr<Multi> multi_;
};

class Transfers::Transfer {
 public:
  Transfer(Transfers& all, const Request& request);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  /// Nothing while it is under way.
  std::optional<Answer> take_answer();

 private:
  friend class Transfers;
  struct Handle;
  static std::size_t keep(const char* data, std::size_t size, std::size_t count, void* to);
  void end(int code);

  void use(const config::WebAccess& access);

  Transfers& all_;
  std::unique_ptr<Handle> handle_;
  std::size_t most_bytes_;
  bool is_too_long_ = false;
  Answer answer_;
  bool has_ended_ = false;
};

}  // namespace outrider::probes
