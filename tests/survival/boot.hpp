// SPDX-License-Identifier: Apache-2.0
// A boot of the machine, as far as its id says so: this process and those that it
// starts see a boot id of their own, by a mount that nobody else sees. Needs root.
#pragma once

#include <sched.h>
#include <sys/mount.h>

#include <stdexcept>
#include <string>

#include "process/harness.hpp"

namespace outrider::testing {

class Boot {
 public:
  Boot() {
    begin_another();
    const bool is_ours = ::unshare(CLONE_NEWNS) == 0 &&
                         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount(file_.c_str(), id, nullptr, MS_BIND, nullptr) == 0;
    if (!is_ours) throw std::runtime_error{"cannot mount over the boot id: this needs root"};
  }
  Boot(const Boot&) = delete;
  Boot& operator=(const Boot&) = delete;
  ~Boot() { ::umount2(id, MNT_DETACH); }

  void begin_another() {
    const std::string last = std::to_string(100000000000 + ++number_);
    write_file(file_, "5f2a1c3e-7b64-4d09-9a58-" + last + "\n");
  }

 private:
  static constexpr const char* id = "/proc/sys/kernel/random/boot_id";

  TempDirectory directory_;
  std::string file_ = directory_.path() + "/boot_id";
  long number_ = 0;
};

}  // namespace outrider::testing
