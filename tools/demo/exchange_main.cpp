// SPDX-License-Identifier: Apache-2.0
// outrider-demo-exchange: command line around demo::Exchange.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>

#include "exchange.hpp"
#include "stop_signal.hpp"

namespace {

void add_options(CLI::App& app, demo::ExchangeOptions& options) {
  app.add_option("--order-port", options.order_port,
                 "TCP port for orders on 127.0.0.1; 0 takes a free one, and it is printed");
  app.add_option("--packets-per-second", options.packets_per_second, "pace of the feed")
      ->check(CLI::Range(1.0, 1e6))
      ->capture_default_str();
  app.add_option("--seconds", options.seconds, "run time; 0 runs until SIGTERM")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--fault-after", options.fault_after, "seconds until --fault begins")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--fault-seconds", options.fault_seconds, "how long --fault lasts; 0: to the end")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--seed", options.seed, "of the random walk")->capture_default_str();
  app.add_flag("--control", options.control_on_stdin,
               "read fault names from standard input, one a line");
}

int run(int argc, char** argv) {
  CLI::App app{"A small exchange for the demo: a UDP feed and TCP orders on loopback"};
  demo::ExchangeOptions options;
  add_options(app, options);
  std::string fault = "none";
  app.add_option("--fault", fault, "what goes wrong")
      ->check(
          CLI::IsMember({"none", "latency-storm", "reject-storm", "feed-stall", "losing-streak"}))
      ->capture_default_str();
  int storm_delay_ms = 50;
  app.add_option("--storm-delay-ms", storm_delay_ms, "how late answers are in a latency storm")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.fault = demo::parse_fault(fault).value_or(demo::Fault::none);
  options.storm_delay = std::chrono::milliseconds{storm_delay_ms};

  demo::install_stop_signals();
  demo::Exchange exchange{options};
  std::cout << "listening port=" << exchange.order_port() << std::endl;
  const demo::ExchangeLedger ledger = exchange.run();
  std::cout << "ledger packets=" << ledger.packets << " orders=" << ledger.orders
            << " acked=" << ledger.acked << " filled=" << ledger.filled
            << " rejected=" << ledger.rejected << " cancelled=" << ledger.cancelled << std::endl;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "outrider-demo-exchange: %s\n", error.what());
    return 1;
  }
}
