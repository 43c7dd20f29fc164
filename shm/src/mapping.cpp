// SPDX-License-Identifier: Apache-2.0
// The one place that knows Boost.Interprocess. Its mapped_region maps our own
// descriptors; managed_shared_memory is not used: its opener can wait minutes
// for a creator that died, and its mutex would cross the trust boundary.
#include <boost/interprocess/anonymous_shared_memory.hpp>
#include <boost/interprocess/mapped_region.hpp>

#include "outrider/shm/file.hpp"

namespace outrider::shm {
namespace {

/// What mapped_region wants of a thing it maps.
class BorrowedDescriptor {
 public:
  explicit BorrowedDescriptor(int fd) : fd_{fd} {}
  [[nodiscard]] boost::interprocess::mapping_handle_t get_mapping_handle() const {
    return {fd_, false};
  }

 private:
  int fd_;
};

}  // namespace

struct Mapping::Region {
  boost::interprocess::mapped_region region;
};

Mapping::Mapping() noexcept = default;
Mapping::Mapping(Mapping&&) noexcept = default;
Mapping& Mapping::operator=(Mapping&&) noexcept = default;
Mapping::~Mapping() = default;

Mapping Mapping::of_file(const Descriptor& file, Access access, std::uint64_t bytes,
                         FileError& error) noexcept try {
  namespace ipc = boost::interprocess;
  Mapping mapping;
  mapping.region_ = std::make_unique<Region>(
      Region{ipc::mapped_region{BorrowedDescriptor{file.get()},
                                access == Access::read_only ? ipc::read_only : ipc::read_write, 0,
                                static_cast<std::size_t>(bytes)}});
  return mapping;
} catch (const std::exception& failure) {
  error = {ENOMEM,
           std::string{"cannot map "} + std::to_string(bytes) + " bytes: " + failure.what()};
  return {};
}

Mapping Mapping::anonymous(std::uint64_t bytes, FileError& error) noexcept try {
  Mapping mapping;
  mapping.region_ = std::make_unique<Region>(
      Region{boost::interprocess::anonymous_shared_memory(static_cast<std::size_t>(bytes))});
  return mapping;
} catch (const std::exception& failure) {
  error = {ENOMEM, std::string{"cannot get "} + std::to_string(bytes) +
                       " bytes of memory: " + failure.what()};
  return {};
}

std::byte* Mapping::data() const noexcept {
  return region_ ? static_cast<std::byte*>(region_->region.get_address()) : nullptr;
}

std::uint64_t Mapping::size() const noexcept {
  return region_ ? region_->region.get_size() : 0;
}

}  // namespace outrider::shm
