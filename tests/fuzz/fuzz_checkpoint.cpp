// SPDX-License-Identifier: Apache-2.0
// A checkpoint that was damaged: it is put aside and said so, or what it says is
// used, over a segment that is as it should be; a start of the sidecar later, the
// file is whole in either case.
//
//   byte 0   bit 0: the rest is the front of the file; bit 1: cut the file's end off
//   then     patches (patches.hpp), before the sidecar comes
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

#include "fuzz/drain_run.hpp"
#include "fuzz/patches.hpp"
#include "fuzz/segment_home.hpp"

namespace outrider::fuzz {
namespace {

/// A checkpoint that a sidecar really left, without its holes.
class Saved {
 public:
  explicit Saved(SegmentHome& home) {
    const auto file = home.open_telemetry(home.image().size());
    std::memcpy(file.data(), home.image().data(), file.size());
    Sidecar sidecar{home.directory()};
    require(sidecar.start() && sidecar.attach(), "the sidecar can start");
    sidecar.bind();
    sidecar.take_all();
    const shm::Descriptor saved{::open(home.checkpoint_path().c_str(), O_RDONLY | O_CLOEXEC)};
    bytes_ = static_cast<std::uint64_t>(::lseek(saved.get(), 0, SEEK_END));
    for (off_t at = ::lseek(saved.get(), 0, SEEK_DATA); at >= 0;) {
      Part part{static_cast<std::uint64_t>(at), std::vector<std::byte>(4096)};
      require(::pread(saved.get(), part.bytes.data(), part.bytes.size(), at) == 4096,
              "the checkpoint can be read");
      const bool is_empty = std::all_of(part.bytes.begin(), part.bytes.end(),
                                        [](std::byte byte) { return byte == std::byte{0}; });
      if (!is_empty) parts_.push_back(std::move(part));
      at = ::lseek(saved.get(), at + 4096, SEEK_DATA);
    }
    require(parts_.size() > 1, "a checkpoint has a front and two images");
  }

  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

  /// Writes it anew, changed by `patches`.
  void write(const std::string& path, std::vector<Patch> patches, Bytes front,
             std::uint64_t bytes) const {
    const shm::Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0640)};
    for (const Part& part : parts_) {
      put(file, part.bytes, part.at);
    }
    put(file, std::as_bytes(front), 0);
    require(::ftruncate(file.get(), static_cast<off_t>(bytes)) == 0, "the file can be sized");
    for (const Patch& patch : patches) {
      const Area area = area_of(patch.area());
      const Target target = target_of(patch, area);
      std::uint64_t number = 0;
      if (::pread(file.get(), &number, target.width, static_cast<off_t>(target.offset)) <= 0)
        continue;
      number = patched(patch, number);
      put(file, std::as_bytes(std::span{&number, 1}).first(target.width), target.offset);
    }
  }

 private:
  struct Part {
    std::uint64_t at;
    std::vector<std::byte> bytes;
  };

  static void put(const shm::Descriptor& file, std::span<const std::byte> bytes, std::uint64_t at) {
    if (bytes.empty()) return;
    require(::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(at)) ==
                static_cast<ssize_t>(bytes.size()),
            "the file can be written");
  }

  /// Front, offsets of the rows, their entries, their text, the two images.
  [[nodiscard]] Area area_of(unsigned number) const {
    constexpr std::uint64_t rows = 256;          // row_count, then the offsets
    constexpr std::uint64_t entries = 69'632;    // entries_at in checkpoint.cpp
    constexpr std::uint64_t text = 528'384;      // text_at
    constexpr std::uint64_t images = 1'576'960;  // images_at
    constexpr std::uint64_t image_bytes = 64 << 20;
    constexpr std::uint64_t cells = 12'288;  // cells_at
    switch (number) {
      case 0:
      case 1:
        return {0, rows};
      case 2:
      case 3:
        return {rows, 72};
      case 4:
      case 5:
      case 6:
        return {entries, 8 * sizeof(shm::SeriesEntry)};
      case 7:
      case 8:
        return {text, 512};
      case 9:
        return {images, 96};
      case 10:
        return {images + image_bytes, 96};
      case 11:
        return {images, cells};
      case 12:
        return {images + image_bytes, cells};
      case 13:
        return {images + cells, 1 << 16};
      case 14:
        return {images + image_bytes + cells, 1 << 16};
      default:
        return {0, bytes_};
    }
  }

  std::vector<Part> parts_;
  std::uint64_t bytes_ = 0;
};

/// With what was found, whatever it says.
void run_first_life(const SegmentHome& home) {
  Sidecar sidecar{home.directory()};
  require(sidecar.start(), "a checkpoint can be had");
  if (!sidecar.attach()) return;
  sidecar.bind();
  sidecar.take_all();
  sidecar.sweep();
  sidecar.show();
}

void run_next_life(const SegmentHome& home) {
  Sidecar sidecar{home.directory(), Sidecar::Keeps::nothing};
  require(sidecar.start() && !sidecar.found_damage(), "the next start finds a whole checkpoint");
  if (!sidecar.attach()) return;
  sidecar.bind();
  sidecar.take_all();
  sidecar.retire();
}

}  // namespace

void run_one(Bytes input) {
  static SegmentHome home;
  static const Saved saved{home};
  if (input.empty()) return;
  const unsigned flags = input[0];
  const Bytes rest = input.subspan(1);
  home.forget_control();
  const std::uint64_t missing =
      (flags & 2U) != 0 ? std::min(std::uint64_t{1} << (flags >> 2U) % 32, saved.bytes()) : 0;
  if ((flags & 1U) != 0) {
    saved.write(home.checkpoint_path(), {}, rest, saved.bytes() - missing);
  } else {
    saved.write(home.checkpoint_path(), patches_of(rest), {}, saved.bytes() - missing);
  }
  run_first_life(home);
  run_next_life(home);
}

}  // namespace outrider::fuzz
