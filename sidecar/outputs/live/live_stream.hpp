// SPDX-License-Identifier: Apache-2.0
// The sidecar as it is, ten times a second, for as long as somebody listens; nobody
// costs nothing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "outputs/live/index.hpp"
#include "outputs/status.hpp"
#include "outputs/stream.hpp"

namespace outrider::outputs {

/// Everything at one instant.
struct Look {
  Status status;
  std::shared_ptr<const aggregate::Snapshot> snapshot;  ///< null before the first pass
};

class LiveStream final : public Stream {
 public:
  struct Ends {
    std::function<Look()> look;
    std::function<void(std::size_t clients)> listened_by;
    std::function<void(const std::string& remote)> dropped;
    std::function<void(const std::string& why)> failed;
  };
  explicit LiveStream(Ends ends) : ends_{std::move(ends)} {}

  Telling tell(bool somebody_is_new) override;
  [[nodiscard]] std::chrono::milliseconds period() const override {
    return std::chrono::milliseconds{100};
  }
  void listened_by(std::size_t clients) override;
  void dropped(const std::string& remote) override { ends_.dropped(remote); }
  void failed(const std::string& why) override { ends_.failed(why); }

 private:
  using AlertStates = std::map<std::pair<std::string, aggregate::Labels>, std::string>;

  static std::vector<Message> greeting(const Status& status);
  void add_metrics(const Look& look, std::vector<Message>& messages);
  void add_changed_alerts(const Status& status, std::vector<Message>& messages);

  Ends ends_;
  std::unique_ptr<const LiveIndex> index_;
  std::optional<AlertStates> alerts_;  ///< as last told; none: nobody listened
  std::string news_;                   ///< what stood in the last health message, but for numbers
  std::size_t ticks_ = 0;
};

}  // namespace outrider::outputs
