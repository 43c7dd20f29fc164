// SPDX-License-Identifier: Apache-2.0
#include "cli/control_client.hpp"

#include <curl/curl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

namespace outrider::cli {
namespace {

constexpr long connect_patience_ms = 1000;

std::size_t collect(const char* data, std::size_t size, std::size_t count, void* to) {
  static_cast<std::string*>(to)->append(data, size * count);
  return size * count;
}

ControlReply understand(unsigned status, const std::string& body) {
  ControlReply reply;
  reply.status = status;
  const nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
  const auto text = [&](const char* key) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  reply.message = text("message");
  reply.state = text("state");
  reply.journalled = json.is_object() && json.value("journalled", nlohmann::json()) == true;
  reply.journal_problem = text("journal_problem");
  if (reply.message.empty()) {
    reply.message = "found status " + std::to_string(status) +
                    " as the answer; needed one of a sidecar's; look at who serves that socket";
  }
  return reply;
}

std::string why_unanswered(CURLcode code) {
  const std::string why = ::curl_easy_strerror(code);
  if (code == CURLE_OPERATION_TIMEDOUT) {
    return "found a sidecar that does not answer (" + why + "); needed one that works; see its log";
  }
  return "found nobody who answers (" + why +
         "); needed a running sidecar; start it, or name its socket by --control.socket";
}

std::string token_in(const std::string& file) {
  std::ifstream stream{file};
  std::string token;
  stream >> token;
  return token;
}

/// Where to, and as whom; false, with the reason, when there is no token.
bool set_door(CURL* curl, const Door& door, const std::string& path, Page& answer) {
  if (door.address.empty()) {
    ::curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, door.socket.c_str());
  } else if (!door.token_file.empty()) {
    const std::string token = token_in(door.token_file);
    if (token.empty()) {
      answer.problem = door.token_file + ": found no token; needed a readable file with one";
      return false;
    }
    ::curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
    ::curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, token.c_str());
  }
  const std::string host = door.address.empty() ? "localhost" : door.address;
  ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http");
  ::curl_easy_setopt(curl, CURLOPT_URL, ("http://" + host + path).c_str());
  return true;
}

/// POST of `sent`, or GET when there is nothing to send.
Page talk(const Door& door, const std::string& path, const std::string* sent,
          std::chrono::milliseconds patience) {
  Page answer;
  const std::unique_ptr<CURL, void (*)(CURL*)> curl(::curl_easy_init(), ::curl_easy_cleanup);
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(
      ::curl_slist_append(nullptr, "Content-Type: application/json"), ::curl_slist_free_all);
  if (!curl || !headers) {
    answer.problem = "found libcurl unable to start; needed memory for it; free some";
    return answer;
  }
  if (!set_door(curl.get(), door, path, answer)) return answer;
  ::curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  if (sent != nullptr) {
    ::curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
    ::curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(sent->size()));
    ::curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, sent->c_str());
  }
  ::curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, collect);
  ::curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  ::curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, connect_patience_ms);
  ::curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(patience.count()));
  ::curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  const CURLcode code = ::curl_easy_perform(curl.get());
  long status = 0;
  ::curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = code == CURLE_OK ? static_cast<unsigned>(status) : 0;
  if (code != CURLE_OK) answer.problem = why_unanswered(code);
  return answer;
}

}  // namespace

ControlReply ask_sidecar(const Door& door, const std::string& path, const ControlWish& wish) {
  nlohmann::json json{{"scope", wish.scope}, {"reason", wish.reason}};
  if (!wish.duration.empty()) json["for"] = wish.duration;
  if (!wish.directive.empty()) json["directive"] = wish.directive;
  if (!wish.parameters.empty()) json["parameters"] = wish.parameters;
  const std::string sent = json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const Page answer = talk(door, path, &sent, answer_patience);
  if (answer.status != 0) return understand(answer.status, answer.body);
  ControlReply reply;
  if (!door.address.empty()) {
    reply.message = door.address + ": " + answer.problem;
    return reply;
  }
  reply.denied = ::access(door.socket.c_str(), W_OK) != 0 && errno == EACCES;
  const std::string closed = "found it closed to user " + std::to_string(::geteuid()) +
                             "; needed its owner, or a member of its group: usermod -a -G outrider "
                             "USER, or run as the user who runs the sidecar";
  reply.message = door.socket + ": " + (reply.denied ? closed : answer.problem);
  return reply;
}

Page look_at_page(const Door& door, const std::string& path, std::chrono::milliseconds patience) {
  return talk(door, path, nullptr, patience);
}

std::string page_of_sidecar(const Door& door, const std::string& path,
                            std::chrono::milliseconds patience) {
  Page answer = look_at_page(door, path, patience);
  return answer.status == 200 ? std::move(answer.body) : std::string{};
}

int exit_code_of(const ControlReply& reply) {
  if (reply.denied || reply.status == 401 || reply.status == 403) return exit_not_permitted;
  if (reply.status == 0) return exit_nobody;
  return reply.status == 200 ? exit_done : exit_failed;
}

}  // namespace outrider::cli
