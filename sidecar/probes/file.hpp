// SPDX-License-Identifier: Apache-2.0
// A file of `key=value` lines, such as `.worktree`: words become numbers. It is
// read again when it changes, and at each interval in case nobody says so.
#pragma once

#include "outrider/shm/file.hpp"
#include "probes/source.hpp"

namespace outrider::probes {

class FileSource final : public Source {
 public:
  explicit FileSource(const config::FileProbe& config);

  [[nodiscard]] const Metrics& metrics() const override { return metrics_; }
  std::unique_ptr<Attempt> begin() override;
  [[nodiscard]] int changes() const override { return notices_.get(); }
  bool take_change() override;

 private:
  void watch();

  const config::FileProbe config_;
  const Metrics metrics_;
  shm::Descriptor notices_;  ///< of the directory: a file that is replaced is another one
  std::string name_;         ///< within it
};

/// The text of a regular file of at most 64 KiB; else the failure, with its detail.
Outcome read_small_file(const std::string& path, std::string& text);

}  // namespace outrider::probes
