// SPDX-License-Identifier: Apache-2.0
#include "web_api.hpp"

namespace outrider {

using Verdict = outputs::Readers::Verdict;

namespace {

struct Refusal {
  std::atomic<std::uint64_t>& count;
  const char* line;
};

Refusal refusal_of(Verdict verdict, SharedFacts& facts) {
  if (verdict == Verdict::outside)
    return {facts.web_refused_address,
            "a reader was refused: its address is in no block of web.allow"};
  if (verdict == Verdict::foreign)
    return {facts.web_refused_origin,
            "a listener was refused: its page is neither ours nor of web.origins"};
  return {facts.web_refused_token, "a reader was refused: it has no token of web.viewer-tokens"};
}

}  // namespace

void WebApi::replace_readers(outputs::Readers readers) {
  auto fresh = std::make_shared<const outputs::Readers>(std::move(readers));
  const std::scoped_lock lock(mutex_);
  readers_ = std::move(fresh);
  named_.clear();
}

std::shared_ptr<const outputs::Readers> WebApi::readers() {
  const std::scoped_lock lock(mutex_);
  return readers_;
}

void WebApi::say_refused(Verdict verdict, const std::string& remote) {
  const Refusal refusal = refusal_of(verdict, facts_);
  refusal.count.fetch_add(1, std::memory_order_relaxed);  // relaxed: a count on its own
  std::string named = remote;
  {
    const std::scoped_lock lock(mutex_);
    const bool is_known = named_.contains(remote);
    if (!is_known && named_.size() >= most_named) named = "one of many";
    if (!is_known && named_.size() < most_named) named_.insert(remote);
  }
  log_.warn(refusal.line, {{"remote", named}});
}

outputs::Handler WebApi::handler(outputs::Router pages) {
  return [this, pages = std::move(pages)](const outputs::Request& request) -> outputs::Response {
    const Verdict verdict = readers()->judge(request);
    if (verdict == Verdict::may_read) return pages.answer(request);
    say_refused(verdict, request.remote);
    return outputs::refusal(verdict, request);
  };
}

}  // namespace outrider
