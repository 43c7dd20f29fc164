// SPDX-License-Identifier: Apache-2.0
#include "hdr_log/encode.hpp"

#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "outrider/shm/hdr.hpp"

namespace outrider::hdr_log {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// The 1 in the second place from the right: words of no fixed size.
constexpr std::uint32_t cookie = 0x1c84'9303 | 0x10;
constexpr std::uint32_t compressed_cookie = 0x1c84'9304 | 0x10;
constexpr std::size_t length_at = 4;
constexpr std::size_t header_bytes = 40;

/// Most significant byte first.
template <class Word>
void put(Bytes& bytes, Word word) {
  for (int shift = static_cast<int>(sizeof word) * 8 - 8; shift >= 0; shift -= 8)
    bytes.push_back(static_cast<std::uint8_t>(word >> shift));
}

void put_length(Bytes& bytes, std::size_t at, std::size_t length) {
  for (std::size_t i = 0; i < 4; ++i)
    bytes[at + i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
}

/// ZigZag, then seven bits a byte, the lowest first; the ninth byte has eight.
void put_number(Bytes& bytes, std::int64_t number) {
  auto rest = (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
  for (int byte = 1; byte < 9 && rest > 0x7f; ++byte, rest >>= 7)
    bytes.push_back(static_cast<std::uint8_t>(rest | 0x80));
  bytes.push_back(static_cast<std::uint8_t>(rest));
}

/// A count each, up to the last that is not 0; as many zeroes in a row as a negative number.
void put_counts(Bytes& bytes, std::span<const std::uint64_t> buckets) {
  std::int64_t zeroes = 0;
  for (const std::uint64_t count : buckets) {
    if (count == 0) {
      ++zeroes;
      continue;
    }
    if (zeroes == 1) put_number(bytes, 0);
    if (zeroes > 1) put_number(bytes, -zeroes);
    zeroes = 0;
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    put_number(bytes, static_cast<std::int64_t>(std::min(count, most)));
  }
}

}  // namespace

std::vector<std::uint8_t> encode(std::span<const std::uint64_t> buckets, int significant_figures) {
  Bytes bytes;
  put(bytes, cookie);
  put(bytes, std::uint32_t{0});  // length of the counts, below
  put(bytes, std::uint32_t{0});  // no bucket is shifted
  put(bytes, static_cast<std::uint32_t>(significant_figures));
  put(bytes, std::uint64_t{1});  // lowest value that is told from 0
  put(bytes, shm::highest_trackable_value);
  put(bytes, std::bit_cast<std::uint64_t>(1.0));  // a whole number is itself
  put_counts(bytes, buckets);
  put_length(bytes, length_at, bytes.size() - header_bytes);
  return bytes;
}

std::string encode_compressed(std::span<const std::uint64_t> buckets, int significant_figures) {
  const Bytes plain = encode(buckets, significant_figures);
  Bytes bytes;
  put(bytes, compressed_cookie);
  put(bytes, std::uint32_t{0});  // length of what follows, below
  const std::size_t front = bytes.size();
  ::uLongf length = ::compressBound(plain.size());
  bytes.resize(front + length);
  // Fails only where memory or room ends; the bound is room enough.
  ::compress2(bytes.data() + front, &length, plain.data(), plain.size(), Z_DEFAULT_COMPRESSION);
  bytes.resize(front + length);
  put_length(bytes, length_at, length);
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // and the zero that it ends with
  const int written = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                        static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(written));
  return text;
}

}  // namespace outrider::hdr_log
