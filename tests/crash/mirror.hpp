// SPDX-License-Identifier: Apache-2.0
// The files of a directory tree as they are at one stop of the stepped
// processes, and a copy of them for a recovery to work on: what a SIGKILL at
// that instruction would have left. Files without a name are not in it, because
// they would be gone. All bytes of all files are compared at every stop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace outrider::crash {

class Mirror {
 public:
  /// Both directories are there and have the same sub-directories.
  Mirror(std::string from, std::string to);
  Mirror(const Mirror&) = delete;
  Mirror& operator=(const Mirror&) = delete;
  ~Mirror();

  /// Begins a round: forgets the files of the one before.
  void reset();

  /// Looks for names and sizes: needed after a system call.
  void look();

  /// Whether any name, size or byte differs from the last call's.
  bool changed();

  /// Makes the copy: exactly the files and bytes of the last changed().
  void copy() const;

  /// The pages that large sparse files have, for comparing. True when there are
  /// some that were not compared so far: then what changed() said is worth
  /// nothing. They stay known from round to round.
  bool learn();

 private:
  using Extents = std::vector<std::pair<std::uint64_t, std::uint64_t>>;  ///< begin, end

  struct File {
    int fd = -1;
    const std::byte* bytes = nullptr;
    std::uint64_t size = 0;
    std::uint64_t inode = 0;
    std::uint32_t mode = 0;
    std::vector<std::byte> last;  ///< of all extents, one after the other
  };

  void look_into(const std::string& folder, std::map<std::string, File>& found);
  void open(const std::string& name, File& file) const;
  static void close(File& file);
  [[nodiscard]] Extents extents_of(const std::string& name, const File& file) const;
  void copy_file(const std::string& name, const File& file) const;

  std::string from_;
  std::string to_;
  std::vector<std::string> folders_;
  std::map<std::string, File> files_;      ///< by path under the directory
  std::map<std::string, Extents> sparse_;  ///< known pages of large files
  bool names_changed_ = false;
};

}  // namespace outrider::crash
