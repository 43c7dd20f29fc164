// SPDX-License-Identifier: Apache-2.0
#include "drain/checkpoint.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "drain/checkpoint_layout.hpp"

namespace outrider::drain {

using namespace checkpoint_file;

namespace {

FileHead& head_of(const shm::Mapping& mapping) {
  return *reinterpret_cast<FileHead*>(mapping.data());
}

shm::SeriesTable<std::byte> table_of(const shm::Mapping& mapping) {
  return {{mapping.data() + entries_at, max_rows * sizeof(shm::SeriesEntry)},
          {mapping.data() + text_at, text_bytes}};
}

bool allocate(const shm::Descriptor& file, std::uint64_t offset, std::uint64_t bytes,
              shm::FileError& error) {
  const int code =
      ::posix_fallocate(file.get(), static_cast<off_t>(offset), static_cast<off_t>(bytes));
  if (code != 0) error = {code, "checkpoint: cannot allocate: " + shm::errno_text(code)};
  return code == 0;
}

shm::Descriptor make_file(const std::string& directory, const std::string& path,
                          shm::FileError& error) {
  shm::Descriptor file = shm::make_nameless(directory + "/c", images_at, error);
  if (!file) return {};
  if (::ftruncate(file.get(), static_cast<off_t>(total)) != 0) {
    error = {errno, path + ": " + shm::errno_text(errno)};
    return {};
  }
  for (std::uint64_t image = 0; image < 2; ++image) {
    if (!allocate(file, images_at + image * image_bytes, cells_at, error)) return {};
  }
  std::array<std::uint64_t, 2> front{checkpoint_magic, total};
  if (::pwrite(file.get(), front.data(), sizeof front, 0) != static_cast<ssize_t>(sizeof front)) {
    error = {errno, path + ": " + shm::errno_text(errno)};
    return {};
  }
  error = shm::give_name(file, path);
  return error ? shm::Descriptor{} : std::move(file);
}

/// Whether the row's text begins at `used`, with nothing in between: the next row's
/// would else be written over it.
bool is_appended(const shm::SeriesEntry& entry, std::uint32_t used) {
  return entry.name_offset == used && entry.help_offset == used + entry.name_bytes &&
         entry.labels_offset == entry.help_offset + entry.help_bytes &&
         entry.bounds_offset == entry.labels_offset + entry.labels_bytes;
}

}  // namespace

std::string_view to_string(LossCause cause) noexcept {
  switch (cause) {
    case LossCause::damaged_checkpoint:
      return "damaged_checkpoint";
    case LossCause::quarantined_lane:
      return "quarantined_lane";
    case LossCause::stale_file:
      return "stale_file";
    case LossCause::bad_id:
      return "bad_id";
  }
  return "bad_id";
}

std::unique_ptr<Checkpoint> Checkpoint::open(const std::string& directory, const std::string& name,
                                             bool& damaged, shm::FileError& error) {
  const std::string path = directory + "/c/" + name + ".checkpoint";
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::unique_ptr<Checkpoint> checkpoint{new Checkpoint};
    shm::FileCheck check;
    error = {};
    checkpoint->file_ = shm::open_checked(path, shm::Access::read_write, check, error);
    const bool is_there = static_cast<bool>(checkpoint->file_);
    if (!is_there && error.code != ENOENT) return nullptr;
    if (!is_there) {
      error = {};
      checkpoint->file_ = make_file(directory, path, error);
      if (error) return nullptr;
    }
    if (!is_there || front_is_ours(checkpoint->file_, check.size)) {
      checkpoint->mapping_ =
          shm::Mapping::of_file(checkpoint->file_, shm::Access::read_write, total, error);
      if (!checkpoint->mapping_) return nullptr;
      checkpoint->watch_ = segments::FaultWatch{checkpoint->mapping_, shm::Access::read_write};
      if (!checkpoint->watch_) {
        error = {EMFILE, path + ": more than " + std::to_string(segments::max_watched) +
                             " files are mapped already"};
        return nullptr;
      }
      if (checkpoint->load_rows() && !checkpoint->is_damaged()) return checkpoint;
    }
    // What it held cannot be told any more; what follows must not guess.
    damaged = true;
    if (std::rename(path.c_str(), (path + ".damaged").c_str()) != 0) {
      error = {errno, path + ": damaged and cannot be put aside: " + shm::errno_text(errno)};
      return nullptr;
    }
  }
  error = {EIO, path + ": damaged again right after it was made"};
  return nullptr;
}

bool Checkpoint::load_rows() {
  for (unsigned image = 0; image < 2; ++image) {
    heads_[image] = reinterpret_cast<ImageHead*>(mapping_.data() + images_at + image * image_bytes);
  }
  FileHead& head = head_of(mapping_);
  // relaxed: one process at a time, and this is its first look.
  active_ = static_cast<unsigned>(head.commit.load(std::memory_order_relaxed) & 1);
  // sync(checkpoint-row): acquire, pairs with row_for of the sidecar before this one.
  const std::uint64_t count = head.row_count.load(std::memory_order_acquire);
  if (count > max_rows) return false;
  cells_used_ = cells_at;
  const auto table = table_of(mapping_);
  for (std::uint32_t number = 0; number < count; ++number) {
    const auto info = shm::read_series({table.entries, table.text}, number);
    if (!info || head.offsets[number] != cells_used_) return false;
    if (cells_used_ + bytes_of(*info) > image_bytes || !bind(*info, cells_used_)) return false;
    cells_used_ += bytes_of(*info);
    // Text is appended in the order of rows, so the last row's end is what is used.
    shm::SeriesEntry entry;
    std::memcpy(&entry, table.entries.data() + number * sizeof entry, sizeof entry);
    if (!is_appended(entry, text_used_)) return false;
    text_used_ = entry.bounds_offset + entry.bounds_count * 8;
  }
  copy_image();
  return true;
}

bool Checkpoint::bind(const shm::SeriesInfo& info, std::uint64_t offset) {
  auto row = std::make_unique<Row>();
  row->index = static_cast<std::uint32_t>(rows_.size());
  row->info = info;
  row->layout = shm::BucketLayout{info.significant_figures};
  if (info.kind == shm::SeriesKind::histogram) {
    row->cut_of.assign(row->layout.count(), 0);
    for (const double bound : info.bounds) {
      row->bounds.push_back(shm::bound_in_units(bound, info.scale));
      auto& first = row->cut_of[row->layout.index(row->bounds.back())];
      if (first == 0) first = static_cast<std::uint8_t>(row->bounds.size());
    }
  }
  for (unsigned image = 0; image < 2; ++image) {
    auto* words = reinterpret_cast<std::uint64_t*>(mapping_.data() + images_at +
                                                   image * image_bytes + offset);
    row->carry[image] = words;
    if (info.kind != shm::SeriesKind::histogram) continue;
    row->cells[image] = {
        words,
        words + 1,
        words + 2,
        {words + cell_words_before_cuts, info.bounds.size()},
        {words + cell_words_before_cuts + info.bounds.size(), row->layout.count()}};
  }
  return rows_.emplace(info.text(), std::move(row)).second;
}

void Checkpoint::copy_image() noexcept {
  copy_head();
  std::memcpy(mapping_.data() + images_at + inactive() * image_bytes + cells_at,
              mapping_.data() + images_at + active() * image_bytes + cells_at,
              cells_used_ - cells_at);
}

void Checkpoint::copy_row(const Row& row) noexcept {
  // Cells of a row are one piece, which begins with its total.
  std::memcpy(row.carry[inactive()], row.carry[active()], bytes_of(row.info));
}

Row* Checkpoint::row_for(const shm::SeriesInfo& info, shm::FileError& error) {
  const std::string text = info.text();
  if (const auto known = rows_.find(text); known != rows_.end()) {
    if (known->second->info.same_shape(info)) return known->second.get();
    error = {EINVAL,
             text +
                 ": an earlier start of this producer registered it with another kind, "
                 "unit, precision or bounds; rename it or remove the producer's checkpoint"};
    return nullptr;
  }
  const std::uint64_t bytes = bytes_of(info);
  const auto number = static_cast<std::uint32_t>(rows_.size());
  if (number >= max_rows || cells_used_ + bytes > image_bytes) {
    error = {ENOSPC, text + ": the checkpoint is full"};
    return nullptr;
  }
  for (std::uint64_t image = 0; image < 2; ++image) {
    if (!allocate(file_, images_at + image * image_bytes + cells_used_, bytes, error))
      return nullptr;
  }
  if (!shm::write_series(table_of(mapping_), number, info, text_used_)) {
    error = {ENOSPC, text + ": the checkpoint's text area is full"};
    return nullptr;
  }
  FileHead& head = head_of(mapping_);
  head.offsets[number] = cells_used_;
  bind(info, cells_used_);
  cells_used_ += bytes;
  // crash-order: the count comes after the row; a sidecar killed in between finds
  // no row, and cells that are still zero. sync(checkpoint-row): release, pairs
  // with the next start's read of the file.
  head.row_count.store(number + 1, std::memory_order_release);
  Row* const row = rows_[text].get();
  row->is_new = true;
  return row;
}

void Checkpoint::commit() noexcept {
  std::atomic<std::uint64_t>& word = head_of(mapping_).commit;
  // relaxed: the guard thread alone stores it.
  const std::uint64_t next = word.load(std::memory_order_relaxed) + 1;
  // crash-order: everything of the batch is in the inactive image before the word
  // says so, and nothing of what follows (read positions, the second application)
  // moves in front of it. Only the compiler could: one thread, one memory.
  // sync(checkpoint): acq_rel, with itself across a crash, and pairs with
  // CheckpointLook::read: what it makes the image that counts is whole.
  word.exchange(next, std::memory_order_acq_rel);
  std::atomic_signal_fence(std::memory_order_seq_cst);
  active_ = static_cast<unsigned>(next & 1);
}

}  // namespace outrider::drain
