// SPDX-License-Identifier: Apache-2.0
// kill_storm [--kills N] [--seed S] [--full]: kills writer and reader
// and says whether anything was lost or doubled. 0: all exact, 1: not, 2: usage.
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string_view>

#include "shm/segment_directory.hpp"
#include "storm/storm.hpp"

namespace {

using outrider::storm::StormOptions;
using outrider::storm::StormResult;

constexpr std::uint64_t quick_kills = 5'000;
constexpr std::uint64_t full_kills = 1'000'000;

bool parse(const char* text, std::uint64_t& number) {
  const char* end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, number);
  return error == std::errc{} && stop == end && number > 0;
}

bool parse(int argc, char** argv, StormOptions& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view flag = argv[i];
    if (flag == "--full") {
      options.kills = full_kills;
      continue;
    }
    if (++i >= argc) return false;
    if (flag != "--kills" && flag != "--seed") return false;
    if (!parse(argv[i], flag == "--kills" ? options.kills : options.seed)) return false;
  }
  return true;
}

template <std::size_t size>
void print(const char* who, const std::array<const char*, size>& phases,
           const std::array<std::uint64_t, size>& kills) {
  std::printf("%s killed while it", who);
  for (std::size_t i = 0; i < size; ++i) {
    std::printf("%s %s %llu", i == 0 ? "" : ",", phases[i],
                static_cast<unsigned long long>(kills[i]));
  }
  std::printf("\n");
}

void report(const StormResult& result, const StormOptions& options, double seconds) {
  constexpr std::array<const char*, outrider::storm::writer_phases> writing{"is born", "records",
                                                                            "ends"};
  constexpr std::array<const char*, outrider::storm::reader_phases> reading{
      "starts", "binds", "drains", "sweeps", "retires", "removes"};
  print("writer", writing, result.writer_kills);
  print("reader", reading, result.reader_kills);
  const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  std::printf("%llu starts of the writer, %llu of the reader, %llu changes of lane, %llu rounds\n",
              number(result.generations), number(result.readers), number(result.lane_changes),
              number(result.rounds));
  if (!result.violation.empty()) {
    std::printf("NOT EXACT: %s (seed %llu)\n", result.violation.c_str(), number(options.seed));
  }
  const bool holds = result.violation.empty();
  std::printf(
      "{\"row\": \"SIGKILLs of writer and reader, free running\", \"figure\": \"%llu kills, %llu "
      "calls, %s\", \"holds\": %s, \"kills\": %llu, \"calls\": %llu, \"in_flight\": %llu, "
      "\"drained\": %llu, \"spilled\": %llu, \"generations\": %llu, "
      "\"seed\": %llu, "
      "\"seconds\": %.1f}\n",
      number(result.kills), number(result.calls), holds ? "0 lost, 0 doubled" : "NOT EXACT",
      holds ? "true" : "false", number(result.kills), number(result.calls),
      number(result.in_flight), number(result.drained), number(result.spilled),
      number(result.generations), number(options.seed), seconds);
}

}  // namespace

int main(int argc, char** argv) {
  StormOptions options;
  options.kills = quick_kills;
  if (!parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: kill_storm [--kills N] [--seed S] [--full]\n");
    return 2;
  }
  const outrider::test::SegmentDirectory directory;
  options.directory = directory.path();
  const auto begin = std::chrono::steady_clock::now();
  const StormResult result = outrider::storm::run_storm(options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  report(result, options, took.count());
  return result.violation.empty() ? 0 : 1;
}
