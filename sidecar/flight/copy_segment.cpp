// SPDX-License-Identifier: Apache-2.0
#include "flight/copy_segment.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include "outrider/shm/telemetry.hpp"

namespace outrider::flight {
namespace {

constexpr std::size_t piece = std::size_t{64} << 10;

/// `size` > 0.
bool is_hole(const std::byte* bytes, std::size_t size) {
  return bytes[0] == std::byte{0} && std::memcmp(bytes, bytes + 1, size - 1) == 0;
}

/// One copying: where it is, and what has become of it.
class Copying {
 public:
  Copying(const shm::Descriptor& from, const shm::Descriptor& to, std::uint64_t most_bytes,
          SegmentCopy& copy)
      : from_{from.get()}, to_{to.get()}, most_bytes_{most_bytes}, copy_{copy}, buffer_(piece) {}

  void run(const LaneImages& images) {
    struct stat info {};
    if (::fstat(from_, &info) != 0) return fail("reading it", errno);
    const off_t size = info.st_size;
    for (off_t at = 0; at < size && copy_.problem.empty();) {
      at = next_data(at, size);
      if (at < size) at = copy_piece(at, size);
    }
    for (const LaneImage& lane : images.lanes) put_lane(lane);
    // Short where the file was: whoever reads it says so.
    if (copy_.problem.empty() && ::ftruncate(to_, ended_ < 0 ? size : ended_) != 0)
      fail("giving it its size", errno);
    if (copy_.problem.empty() && ::fdatasync(to_) != 0) fail("writing it to the disk", errno);
  }

 private:
  /// A file of gigabytes that are not there costs nothing.
  [[nodiscard]] off_t next_data(off_t at, off_t size) const {
    const off_t data = ::lseek(from_, at, SEEK_DATA);
    if (data < 0 && errno == ENXIO) return size;
    return data < 0 ? at : data;
  }

  /// Where the next one begins.
  off_t copy_piece(off_t at, off_t size) {
    const auto left = static_cast<std::size_t>(size - at);
    const ssize_t got = ::pread(from_, buffer_.data(), std::min(left, piece), at);
    if (got < 0 && errno == EINTR) return at;
    if (got < 0) return fail("reading it", errno), size;
    if (got == 0) return ended_ = at, size;
    const auto bytes = static_cast<std::size_t>(got);
    if (is_hole(buffer_.data(), bytes)) return at + got;
    if (copy_.bytes + bytes > most_bytes_) {
      copy_.problem = "found more than " + std::to_string(most_bytes_) +
                      " bytes in it; needed at most so many of what one recording may take";
      return size;
    }
    put(buffer_.data(), bytes, at);
    copy_.bytes += bytes;
    return at + got;
  }

  void put_lane(const LaneImage& lane) {
    if (!is_hole(lane.ring.data(), lane.ring.size()))
      put(lane.ring.data(), lane.ring.size(), static_cast<off_t>(lane.ring_at));
    put(reinterpret_cast<const std::byte*>(&lane.whole.to), sizeof lane.whole.to,
        static_cast<off_t>(lane.head_at));
  }

  void put(const std::byte* bytes, std::size_t size, off_t at) {
    for (std::size_t done = 0; done < size && copy_.problem.empty();) {
      const ssize_t written =
          ::pwrite(to_, bytes + done, size - done, at + static_cast<off_t>(done));
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return fail("writing its copy", written == 0 ? ENOSPC : errno);
      done += static_cast<std::size_t>(written);
    }
  }

  void fail(const char* what, int code) {
    copy_.problem = "found " + shm::errno_text(code) + " while " + what;
    copy_.no_room = code == ENOSPC || code == EDQUOT || code == EFBIG;
  }

  int from_;
  int to_;
  std::uint64_t most_bytes_;
  SegmentCopy& copy_;
  std::vector<std::byte> buffer_;
  off_t ended_ = -1;  ///< where the file turned out to end
};

/// Why nobody can read the copy; empty when it is a segment.
std::string why_unreadable(const std::string& path) {
  shm::AttachedTelemetry copy;
  std::string why;
  const shm::AttachResult result = shm::attach_telemetry(path, copy, why);
  if (result == shm::AttachResult::attached) return {};
  return why.empty() ? "found it " + std::string{to_string(result)} : why;
}

}  // namespace

SegmentCopy copy_segment(const OpenSegment& segment, const LaneImages& images,
                         const std::string& path, std::uint64_t most_bytes) {
  SegmentCopy copy;
  constexpr mode_t mode = 0640;  // one that others may write is no segment to a reader
  const shm::Descriptor to{::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode)};
  if (!to) {
    copy.problem = "found " + shm::errno_text(errno) + " while making its copy";
    copy.no_room = errno == ENOSPC || errno == EDQUOT;
    return copy;
  }
  Copying{segment.file, to, most_bytes, copy}.run(images);
  if (!copy.problem.empty()) {
    ::unlink(path.c_str());  // a part of it would look like a trader's that was cut short
    return copy;
  }
  for (const LaneImage& lane : images.lanes) copy.lanes.push_back(lane.whole);
  copy.problem = why_unreadable(path);
  if (copy.problem.empty() && !images.is_whole)
    copy.problem = "found more samples in its rings than are kept at once; needed at most " +
                   std::to_string(most_image_bytes) +
                   " bytes; the oldest of some lanes may be newer";
  return copy;
}

}  // namespace outrider::flight
