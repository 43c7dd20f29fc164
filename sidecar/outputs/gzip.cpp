// SPDX-License-Identifier: Apache-2.0
#include "outputs/gzip.hpp"

#include <zlib.h>

#include <algorithm>

#include "outputs/http_message.hpp"

namespace outrider::outputs {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// "0", "0.0", "0.000": the only weights that refuse.
bool is_zero_weight(std::string_view parameter) {
  if (!parameter.starts_with("q=") && !parameter.starts_with("Q=")) return false;
  return parameter.find_first_of("123456789") == std::string_view::npos;
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  bool any = false;
  while (!accept_encoding.empty()) {
    const std::string_view item = accept_encoding.substr(0, accept_encoding.find(','));
    accept_encoding.remove_prefix(std::min(accept_encoding.size(), item.size() + 1));
    const std::size_t semicolon = std::min(item.find(';'), item.size());
    const std::string_view coding = trimmed(item.substr(0, semicolon));
    const bool admitted =
        !is_zero_weight(trimmed(item.substr(std::min(semicolon + 1, item.size()))));
    if (lower_case(coding) == "gzip") return admitted;
    if (coding == "*") any = admitted;
  }
  return any;
}

std::optional<std::string> gzipped(std::string_view text) {
  constexpr int with_gzip_header = 15 + 16;
  constexpr int default_memory = 8;
  z_stream stream{};
  if (deflateInit2(&stream, 1, Z_DEFLATED, with_gzip_header, default_memory, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    return std::nullopt;
  }
  std::string packed(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  // zlib reads through a pointer to mutable bytes for the sake of old C; it does not write.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (result != Z_STREAM_END) return std::nullopt;
  return packed;
}

std::shared_ptr<const std::string> PackedPage::of(const std::shared_ptr<const std::string>& page) {
  if (page != page_) {
    auto packed = gzipped(*page);
    packed_ = packed ? std::make_shared<const std::string>(*std::move(packed)) : nullptr;
    page_ = page;
  }
  return packed_;
}

}  // namespace outrider::outputs
