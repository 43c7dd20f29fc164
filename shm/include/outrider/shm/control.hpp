// SPDX-License-Identifier: Apache-2.0
// A control segment: the sidecar makes one for each generation of a trader and
// is its only writer; the trader maps it read-only. It begins as zero bytes,
// and zero means closed, unread, not there: nothing of it must be initialised
// for it to be safe.
#pragma once

#include <span>
#include <string>
#include <type_traits>

#include "outrider/shm/file.hpp"
#include "outrider/shm/gate_word.hpp"
#include "outrider/shm/layout.hpp"

namespace outrider::shm {

template <class Byte>
class BasicControl {
 public:
  template <class T>
  using As = std::conditional_t<std::is_const_v<Byte>, const T, T>;

  /// `bytes` is at least ControlLayout{lanes, gates, minor}.total long, for the minor
  /// that it was made for. `lanes` counts the shared lane.
  BasicControl(std::span<Byte> bytes, std::uint32_t lanes, std::uint32_t gates) noexcept
      : bytes_{bytes}, layout_{lanes, gates}, lanes_{lanes}, gates_{gates} {}

  [[nodiscard]] As<ControlHeader>& header() const noexcept { return *at<ControlHeader>(0); }
  [[nodiscard]] As<ControlState>& state() const noexcept {
    return *at<ControlState>(layout_.state);
  }
  /// `lane` < lanes().
  [[nodiscard]] As<std::atomic<std::uint64_t>>& position(std::uint32_t lane) const noexcept {
    return at<ReadPosition>(layout_.positions)[lane].value;
  }
  /// `slot` < gates().
  [[nodiscard]] As<GateSlot>& gate(std::uint32_t slot) const noexcept {
    return at<GateSlot>(layout_.gates)[slot];
  }
  /// Null in a segment made for a trader that does not know of directives.
  [[nodiscard]] As<DirectiveTable>* directives() const noexcept {
    const bool has_them = bytes_.size() >= layout_.directives + sizeof(DirectiveTable);
    return has_them ? at<DirectiveTable>(layout_.directives) : nullptr;
  }
  [[nodiscard]] std::uint32_t lanes() const noexcept { return lanes_; }
  [[nodiscard]] std::uint32_t gates() const noexcept { return gates_; }
  [[nodiscard]] std::span<Byte> bytes() const noexcept { return bytes_; }

 private:
  template <class T>
  [[nodiscard]] As<T>* at(std::uint64_t offset) const noexcept {
    return reinterpret_cast<As<T>*>(bytes_.data() + offset);
  }

  std::span<Byte> bytes_;
  ControlLayout layout_;
  std::uint32_t lanes_;
  std::uint32_t gates_;
};

using Control = BasicControl<std::byte>;            ///< the sidecar's
using ControlView = BasicControl<const std::byte>;  ///< everybody else's

/// Name of a segment's file within the segment directory.
std::string telemetry_path(const std::string& directory, const std::string& name,
                           std::uint64_t generation);
std::string control_path(const std::string& directory, const std::string& name,
                         std::uint64_t generation);

/// Which generation a control segment belongs to, and what it has room for.
struct ControlShape {
  Geometry geometry;
  std::uint64_t generation = 0;
  /// When that generation was born, which tells it from another of its number;
  /// 0: whichever.
  std::uint64_t birth = 0;
  /// Of the trader's layout, as its telemetry header says it.
  std::uint32_t minor = layout_minor;
};

/// Opens the control segment of a generation, or makes it when there is none. One
/// of another birth is replaced: its gates and positions are not ours. Sidecar only.
Mapping open_or_make_control(const std::string& directory, const std::string& name,
                             const ControlShape& shape, FileError& error);

/// Maps an existing control segment for somebody who only looks, or, with
/// read_write, for an emergency kill by its owner. ENOENT: there is none.
Mapping open_control(const std::string& path, Access access, const ControlShape& shape,
                     FileError& error);

/// The trader's side of a control segment at one address for life: a page of
/// zeroes (closed gates, nothing read) until the sidecar's file is there, then
/// that file, swapped in under the hot path without moving.
class ControlWindow {
 public:
  ControlWindow() noexcept = default;
  ControlWindow(const ControlWindow&) = delete;
  ControlWindow& operator=(const ControlWindow&) = delete;
  ~ControlWindow();

  FileError open(const ControlShape& shape);
  /// The same in memory of somebody else's, all zero, for where none can be mapped;
  /// nothing is ever swapped in there.
  void borrow(std::span<std::byte> bytes, const ControlShape& shape);

  /// Looks for the file at `path`, checks it, and maps it in place; true when it
  /// did. Does nothing while the same file is already mapped.
  bool swap_in(const std::string& path, FileError& error);

  [[nodiscard]] ControlView view() const noexcept {
    return {{address_, bytes_}, shape_.geometry.lanes + 1, shape_.geometry.gates};
  }
  [[nodiscard]] bool connected() const noexcept { return inode_ != 0; }

 private:
  std::byte* address_ = nullptr;
  std::uint64_t bytes_ = 0;
  ControlShape shape_;
  std::uint64_t inode_ = 0;  ///< of the file that is mapped; 0: the zeroes
  bool borrowed_ = false;

  void give_up() noexcept;
};

}  // namespace outrider::shm
