// SPDX-License-Identifier: Apache-2.0
// Where one case happens: directories of its own, files, file systems and users
// as an operator may have them, and the real programs' words with whatever
// differs from run to run taken out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "outrider/producer.hpp"
#include "process/harness.hpp"
#include "process/small_disk.hpp"

namespace outrider::inputs {

class Place {
 public:
  Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] const std::string& root() const { return root_.path(); }
  [[nodiscard]] const std::string& segments() const { return segments_; }
  [[nodiscard]] std::string path(const std::string& name) const { return root() + "/" + name; }

  /// A file below root(); its path.
  std::string file(const std::string& name, const std::string& text) const;

  /// A small file system in memory over `directory`, which may be the segment
  /// directory: then its folders are made anew.
  void mount_memory(const std::string& directory, const std::string& size);

  /// Options of a small trader here.
  [[nodiscard]] ProducerOptions options(std::string_view name = "oms") const;
  /// What Producer::create says to them.
  [[nodiscard]] static std::string create(const ProducerOptions& options);

  /// A command through the shell: its output, then "exit CODE".
  [[nodiscard]] static std::string program(const std::string& command);
  [[nodiscard]] std::string outrider(const std::string& arguments) const;
  /// A sidecar that is expected not to start.
  [[nodiscard]] std::string sidecar(const std::string& flags = {}) const;
  /// Without the flags that sidecar() adds.
  [[nodiscard]] static std::string bare_sidecar(const std::string& flags);

  /// The text without what differs from run to run: paths, process ids, ports.
  [[nodiscard]] std::string neutral(std::string text) const;

 private:
  testing::TempDirectory root_;
  std::string segments_;
  std::vector<std::unique_ptr<testing::SmallDisk>> disks_;
};

/// A sidecar that runs, and what it logs.
class Watched {
 public:
  explicit Watched(const Place& place, const std::vector<std::string>& flags = {});

  /// The first warning or error with `part` in it, without time stamp; waits for it.
  [[nodiscard]] std::string says(const std::string& part) const;
  [[nodiscard]] testing::SidecarProcess& process() { return process_; }
  [[nodiscard]] bool has(const std::string& metric, double value) const;
  /// Whether /metrics comes to have `text` in it.
  [[nodiscard]] bool shows(const std::string& text) const;

 private:
  testing::SidecarProcess process_;
};

/// Runs `work` in a child process; what it returned.
std::string in_child(const std::function<std::string()>& work);
/// The same as user nobody.
std::string as_nobody(const std::function<std::string()>& work);

/// Runs `work` in a child process that then lives until this goes.
class Child {
 public:
  explicit Child(const std::function<void()>& work);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

 private:
  pid_t pid_ = -1;
};

std::string binary(const std::string& name);
inline constexpr unsigned nobody = 65534;

}  // namespace outrider::inputs
