// SPDX-License-Identifier: Apache-2.0
// Who asks the guard for a page waits neither for it nor for another asker longer
// than was agreed.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "publication.hpp"

namespace {

using namespace outrider;
using namespace std::chrono_literals;

TEST(Exchange, HoldsUpNoAskerForTheSakeOfAnotherWhoIsPatient) {
  Exchange exchange;
  auto names = std::make_shared<PublicationNames>();
  names->schema = std::make_shared<const aggregate::Schema>();
  exchange.set_names(names);
  std::atomic<bool> is_waiting = false;
  std::atomic<bool> has_returned = false;
  std::thread patient{[&] {
    is_waiting = true;
    exchange.ask(3s);  // the guard never answers
    has_returned = true;
  }};
  while (!is_waiting) std::this_thread::yield();
  std::this_thread::sleep_for(50ms);

  EXPECT_EQ(exchange.ask(20ms), nullptr);

  EXPECT_FALSE(has_returned);
  patient.join();
}

}  // namespace
