// SPDX-License-Identifier: Apache-2.0
#include "outputs/alerts/sender.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <list>

#include "config/secret.hpp"
#include "probes/request_defaults.hpp"

namespace outrider::alerts {

namespace {

constexpr const char* api_path = "/api/v2/alerts";

struct EasyDeleter {
  void operator()(CURL* easy) const { ::curl_easy_cleanup(easy); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
struct MultiDeleter {
  void operator()(CURLM* multi) const { ::curl_multi_cleanup(multi); }
};

/// Answers are not read, but must be let through.
std::size_t discard(const char* /*data*/, std::size_t size, std::size_t count, void* /*to*/) {
  return size * count;
}

/// What a request needs from files.
struct Secrets {
  std::string url;
  std::string bearer_token;
  std::string password;
  std::string problem;
};

Secrets read_secrets(const config::ReceiverConfig& to) {
  Secrets secrets;
  secrets.url = to.url;
  const auto read = [&](const std::string& file, std::string& into) {
    if (file.empty() || !secrets.problem.empty()) return;
    if (auto text = config::read_secret(file, secrets.problem)) into = std::move(*text);
  };
  read(to.url_file, secrets.url);
  read(to.bearer_token_file, secrets.bearer_token);
  read(to.password_file, secrets.password);
  if (to.kind == config::ReceiverKind::alertmanager) {
    while (secrets.url.ends_with('/')) secrets.url.pop_back();
    secrets.url += api_path;
  }
  return secrets;
}

}  // namespace

struct Transfer {
  std::string receiver;
  bool is_kill = false;
  std::unique_ptr<CURL, EasyDeleter> easy{::curl_easy_init()};
  std::unique_ptr<curl_slist, ListDeleter> headers;

  void add_header(const std::string& line) {
    headers.reset(::curl_slist_append(headers.release(), line.c_str()));
  }
};

struct Sender::Transfers {
  std::unique_ptr<CURLM, MultiDeleter> multi{::curl_multi_init()};
  std::list<Transfer> under_way;
  std::vector<Outcome> ended;

  ~Transfers() {
    for (const Transfer& each : under_way) ::curl_multi_remove_handle(multi.get(), each.easy.get());
  }
};

Sender::Sender() : transfers_{std::make_unique<Transfers>()} {}
Sender::~Sender() = default;

void Sender::post(const config::ReceiverConfig& to, std::string body, bool is_kill) {
  const Secrets secrets = read_secrets(to);
  Transfer transfer;
  transfer.receiver = to.name;
  transfer.is_kill = is_kill;
  CURL* easy = transfer.easy.get();
  if (!secrets.problem.empty() || easy == nullptr) {
    transfers_->ended.push_back({to.name, is_kill, 0, secrets.problem, std::nullopt});
    return;
  }
  const auto timeout = static_cast<long>(to.timeout / std::chrono::milliseconds{1});
  transfer.add_header("Content-Type: application/json");
  transfer.add_header("Expect:");  // one round trip, whatever the size
  if (!secrets.bearer_token.empty())
    transfer.add_header("Authorization: Bearer " + secrets.bearer_token);
  if (!to.username.empty()) {
    ::curl_easy_setopt(easy, CURLOPT_USERNAME, to.username.c_str());
    ::curl_easy_setopt(easy, CURLOPT_PASSWORD, secrets.password.c_str());
  }
  if (!to.ca_file.empty()) ::curl_easy_setopt(easy, CURLOPT_CAINFO, to.ca_file.c_str());
  ::curl_easy_setopt(easy, CURLOPT_URL, secrets.url.c_str());
  probes::set_defaults(easy);
  ::curl_easy_setopt(easy, CURLOPT_HTTPHEADER, transfer.headers.get());
  ::curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  ::curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, body.c_str());
  ::curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, discard);
  ::curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, timeout);
  ::curl_multi_add_handle(transfers_->multi.get(), easy);
  transfers_->under_way.push_back(std::move(transfer));
}

bool Sender::is_busy(const std::string& receiver, bool is_kill) const {
  const auto goes_there = [&](const auto& each) {
    return each.receiver == receiver && each.is_kill == is_kill;
  };
  return std::any_of(transfers_->under_way.begin(), transfers_->under_way.end(), goes_there) ||
         std::any_of(transfers_->ended.begin(), transfers_->ended.end(), goes_there);
}

bool Sender::is_idle() const {
  return transfers_->under_way.empty() && transfers_->ended.empty();
}

std::vector<Outcome> Sender::wait(std::chrono::milliseconds patience, const aggregate::Bell& bell) {
  CURLM* multi = transfers_->multi.get();
  int running = 0;
  ::curl_multi_perform(multi, &running);
  const bool is_waiting = running == static_cast<int>(transfers_->under_way.size());
  if (is_waiting && transfers_->ended.empty()) {
    curl_waitfd rung{bell.descriptor(), CURL_WAIT_POLLIN, 0};
    ::curl_multi_poll(multi, &rung, 1, static_cast<int>(patience.count()), nullptr);
    bell.silence();
    ::curl_multi_perform(multi, &running);
  }
  int left = 0;
  while (const CURLMsg* message = ::curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    CURL* easy = message->easy_handle;
    const CURLcode code = message->data.result;
    const auto transfer =
        std::find_if(transfers_->under_way.begin(), transfers_->under_way.end(),
                     [&](const Transfer& each) { return each.easy.get() == easy; });
    Outcome outcome{transfer->receiver, transfer->is_kill, 0, {}, std::nullopt};
    curl_off_t seconds = 0;
    ::curl_easy_getinfo(easy, CURLINFO_RETRY_AFTER, &seconds);
    if (seconds > 0) outcome.retry_after = std::chrono::seconds{seconds};
    if (code == CURLE_OK) {
      ::curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &outcome.status);
    } else {
      outcome.error = ::curl_easy_strerror(code);
    }
    ::curl_multi_remove_handle(multi, easy);
    transfers_->under_way.erase(transfer);
    transfers_->ended.push_back(std::move(outcome));
  }
  return std::exchange(transfers_->ended, {});
}

}  // namespace outrider::alerts
