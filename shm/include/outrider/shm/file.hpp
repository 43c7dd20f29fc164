// SPDX-License-Identifier: Apache-2.0
// Files that two processes share, opened so that neither can be tricked: born
// whole or not at all, opened without following links, checked before use, and
// mapped through Boost.Interprocess.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace outrider::shm {

/// An open file descriptor, closed with its owner. Cold path only.
class Descriptor {
 public:
  Descriptor() noexcept = default;
  explicit Descriptor(int fd) noexcept : fd_{fd} {}
  Descriptor(Descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();

  [[nodiscard]] int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// What went wrong, as an errno and a sentence; errno 0: nothing did.
struct FileError {
  int code = 0;
  std::string message;
  explicit operator bool() const noexcept { return code != 0 || !message.empty(); }
};

enum class Access { read_only, read_write };

/// A shared mapping of a whole file, or of anonymous memory. Unmapped with its owner.
class Mapping {
 public:
  Mapping() noexcept;
  Mapping(Mapping&&) noexcept;
  Mapping& operator=(Mapping&&) noexcept;
  ~Mapping();

  static Mapping of_file(const Descriptor& file, Access access, std::uint64_t bytes,
                         FileError& error) noexcept;
  static Mapping anonymous(std::uint64_t bytes, FileError& error) noexcept;

  [[nodiscard]] std::byte* data() const noexcept;
  [[nodiscard]] std::uint64_t size() const noexcept;
  explicit operator bool() const noexcept { return data() != nullptr; }

 private:
  struct Region;
  std::unique_ptr<Region> region_;
};

/// `--segment.dir`, else OUTRIDER_DIR, else /run/outrider. Nothing else is tried:
/// two sides that guess differently would be a silent split.
std::string segment_directory(const std::string& wanted);

/// Checks that `directory` with its `t`, `c` and `c/kill` is there and no
/// stranger can write it; the error prints the commands that make it.
FileError check_directory(const std::string& directory);

/// The sentence for `path`, the segment directory or a folder of it, that `code`
/// says cannot be used.
FileError missing_directory(const std::string& directory, const std::string& path, int code);

/// A new file of `bytes` zero bytes in `directory` that has no name yet, its
/// blocks allocated: a full file system is an error here and not a SIGBUS later.
Descriptor make_nameless(const std::string& directory, std::uint64_t bytes, FileError& error);

/// Gives it a name, once. EEXIST when the name is taken.
FileError give_name(const Descriptor& file, const std::string& path);

/// Touches every page for writing now instead of on the hot path.
FileError populate(const Mapping& mapping);

/// What a file must be before it is believed.
struct FileCheck {
  std::uint64_t size = 0;
  std::uint64_t inode = 0;
  std::uint32_t owner = 0;
  std::uint32_t group = 0;
};

/// Opens a file of the other side: a regular file with one name, reached
/// through no symbolic link, that neither group nor others may write. An error
/// with code ENOENT means there is none.
Descriptor open_checked(const std::string& path, Access access, FileCheck& check, FileError& error);

/// Text of errno `code`.
std::string errno_text(int code);

/// Somebody else's text for a sentence of ours: what could rewrite a terminal or
/// begin a line is a question mark, and there is an end to it.
std::string shown(std::string_view text);

}  // namespace outrider::shm
