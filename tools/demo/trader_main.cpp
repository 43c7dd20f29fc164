// SPDX-License-Identifier: Apache-2.0
// outrider-demo-trader: command line around demo::Trader.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <exception>
#include <iostream>
#include <outrider/producer.hpp>
#include <thread>

#include "stop_signal.hpp"
#include "trader.hpp"

namespace {

void add_options(CLI::App& app, demo::TraderOptions& options) {
  app.add_option("--exchange-port", options.exchange_port, "where the exchange takes orders")
      ->required();
  app.add_option("--name", options.name, "of this producer")->capture_default_str();
  app.add_option("--segment.dir", options.segment_dir,
                 "directory of the segments; else OUTRIDER_DIR, else /run/outrider");
  app.add_option("--seconds", options.seconds, "run time; 0 runs until SIGTERM")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app.add_option("--orders-per-second", options.orders_per_second, "at most")
      ->check(CLI::Range(0.1, 1e6))
      ->capture_default_str();
  app.add_option("--reject-limit", options.reject_limit, "breach of RejectStorm, to time it by")
      ->capture_default_str();
  app.add_option("--loss-limit", options.loss_limit, "breach of LosingStreak, to time it by")
      ->capture_default_str();
  app.add_option("--latency-limit", options.latency_limit_seconds,
                 "breach of LatencyStorm in seconds, to time it by")
      ->capture_default_str();
  app.add_option("--silence-limit", options.silence_limit_seconds,
                 "breach of FeedStall in seconds, to time it by")
      ->capture_default_str();
  auto* detached =
      app.add_flag("--detached", options.is_detached, "no segments: nobody sees what is measured");
  app.add_flag("--ignore-gate", options.ignore_gate,
               "send although the gate is closed; only when detached")
      ->needs(detached);
}

outrider::Producer make_producer(const demo::TraderOptions& options) {
  if (options.is_detached) return outrider::Producer::detached();
  outrider::Status status;
  auto producer = outrider::Producer::create(
      {.name = options.name, .directory = options.segment_dir, .version = "demo"}, status);
  if (!status.ok()) std::cerr << "trader: detached: " << status.message << std::endl;
  return producer;
}

void print(const demo::TraderLedger& ledger) {
  std::cout << "ledger samples=" << ledger.samples << " packets=" << ledger.packets
            << " missed=" << ledger.missed << " sent=" << ledger.sent << " acked=" << ledger.acked
            << " filled=" << ledger.filled << " rejected=" << ledger.rejected
            << " cancelled=" << ledger.cancelled << " blocked=" << ledger.blocked
            << " cancels_while_closed=" << ledger.cancels_while_closed
            << " longest_losing_streak=" << ledger.longest_losing_streak << std::endl;
}

/// The exchange may still be starting.
bool connect_within(demo::Trader& trader, std::chrono::seconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!demo::stop_requested() && std::chrono::steady_clock::now() < deadline) {
    if (trader.connect()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return false;
}

int trade(const demo::TraderOptions& options) {
  outrider::Producer producer = make_producer(options);
  outrider::Writer writer = producer.writer("trading");
  const outrider::Gate gate =
      producer.gate("orders", {{"venue", demo::venue_name}, {"strategy", "maker"}});
  demo::Trader trader{options, producer, writer, gate};
  if (const std::string refusal = producer.last_refusal(); !refusal.empty()) {
    std::cerr << "trader: refused series: " << refusal << std::endl;
  }
  if (!connect_within(trader, std::chrono::seconds{5})) {
    std::cerr << "trader: no exchange at 127.0.0.1:" << options.exchange_port << std::endl;
    return 1;
  }
  const bool is_complete = trader.run();
  if (!is_complete) std::cerr << "trader: the exchange has gone" << std::endl;
  print(trader.ledger());
  return is_complete ? 0 : 1;
}

int run(int argc, char** argv) {
  CLI::App app{
      "A small market maker for the demo: it measures itself with outrider and sends "
      "orders through a gate"};
  demo::TraderOptions options;
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  demo::install_stop_signals();
  return trade(options);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "outrider-demo-trader: %s\n", error.what());
    return 1;
  }
}
