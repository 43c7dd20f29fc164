// SPDX-License-Identifier: Apache-2.0
#include "drain/checkpoint_look.hpp"

#include <algorithm>
#include <cerrno>

#include "drain/checkpoint_layout.hpp"

namespace outrider::drain {

using namespace checkpoint_file;

namespace {

constexpr int most_attempts = 1000;
/// Copied in less than a microsecond: a guard that spins commits every few.
constexpr std::size_t part_words = 512;

const FileHead& front_of(const shm::Mapping& mapping) {
  return *reinterpret_cast<const FileHead*>(mapping.data());
}

std::uint64_t load(const std::uint64_t& word) {
  // sync(checkpoint): acquire, pairs with commit. The guard may write it meanwhile; the word
  // that is read after it says whether it did.
  return std::atomic_ref<std::uint64_t>{const_cast<std::uint64_t&>(word)}.load(
      std::memory_order_acquire);
}

}  // namespace

std::unique_ptr<CheckpointLook> CheckpointLook::open(const std::string& directory,
                                                     const std::string& name,
                                                     shm::FileError& error) {
  const std::string path = directory + "/c/" + name + ".checkpoint";
  std::unique_ptr<CheckpointLook> look{new CheckpointLook};
  shm::FileCheck check;
  look->file_ = shm::open_checked(path, shm::Access::read_only, check, error);
  if (!look->file_) return nullptr;
  if (!front_is_ours(look->file_, check.size)) {
    error = {EIO, path +
                      ": found no checkpoint of this version; needed one; a sidecar that starts "
                      "puts it aside and begins anew"};
    return nullptr;
  }
  look->mapping_ = shm::Mapping::of_file(look->file_, shm::Access::read_only, total, error);
  if (!look->mapping_) return nullptr;
  look->watch_ = segments::FaultWatch{look->mapping_, shm::Access::read_only};
  if (!look->watch_) {
    error = {EMFILE, path + ": more than " + std::to_string(segments::max_watched) +
                         " files are mapped already"};
    return nullptr;
  }
  look->inode_ = check.inode;
  look->cells_used_ = cells_at;
  return look;
}

const std::vector<CheckpointLook::Histogram>& CheckpointLook::histograms() {
  const FileHead& front = front_of(mapping_);
  const shm::SeriesTable<const std::byte> table{
      {mapping_.data() + entries_at, max_rows * sizeof(shm::SeriesEntry)},
      {mapping_.data() + text_at, text_bytes}};
  // sync(checkpoint-row): acquire, pairs with row_for. Rows below the count are whole.
  const std::uint64_t count = front.row_count.load(std::memory_order_acquire);
  for (; rows_ < std::min<std::uint64_t>(count, max_rows) && !is_damaged_; ++rows_) {
    const auto info = shm::read_series(table, rows_);
    is_damaged_ =
        !info || front.offsets[rows_] != cells_used_ || bytes_of(*info) > image_bytes - cells_used_;
    if (is_damaged_) break;
    if (info->kind == shm::SeriesKind::histogram) {
      histograms_.push_back(
          {*info, cells_used_ + (cell_words_before_cuts + info->bounds.size()) * 8});
    }
    cells_used_ += bytes_of(*info);
  }
  return histograms_;
}

bool CheckpointLook::read_part(std::uint64_t words_at, std::uint64_t* into, std::size_t count,
                               SegmentId& drained) const {
  const FileHead& front = front_of(mapping_);
  for (int attempt = 0; attempt < most_attempts; ++attempt) {
    // sync(checkpoint): acquire, pairs with commit. The image that counts is whole, and the
    // guard writes to it again only after the next commit.
    const std::uint64_t commit = front.commit.load(std::memory_order_acquire);
    const std::byte* const image = mapping_.data() + images_at + (commit & 1) * image_bytes;
    const auto& head = *reinterpret_cast<const ImageHead*>(image);
    const auto* const words = reinterpret_cast<const std::uint64_t*>(image + words_at);
    std::transform(words, words + count, into, load);
    drained = {load(head.generation), load(head.birth)};
    // relaxed: every load above is an acquire, so this one comes after them.
    if (front.commit.load(std::memory_order_relaxed) == commit) return true;
  }
  return false;
}

bool CheckpointLook::read(const Histogram& histogram, std::vector<std::uint64_t>& buckets,
                          SegmentId& drained) const {
  buckets.resize(shm::BucketLayout{histogram.info.significant_figures}.count());
  std::size_t done = 0;
  for (int attempt = 0; done < buckets.size() && attempt < most_attempts; ++attempt) {
    const std::size_t count = std::min(part_words, buckets.size() - done);
    SegmentId seen;
    if (!read_part(histogram.buckets_at + done * 8, &buckets[done], count, seen)) return false;
    // What is drained decides whose spill is in the buckets: of all parts the same.
    done = done == 0 || seen == drained ? done + count : 0;
    drained = seen;
  }
  return done == buckets.size() && !watch_.faulted();
}

}  // namespace outrider::drain
