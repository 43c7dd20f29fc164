// SPDX-License-Identifier: Apache-2.0
// Boost.Beast as the server's sources use it, and no others: it costs ten seconds of
// compiling each.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace outrider::outputs {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Protocol = asio::generic::stream_protocol;  ///< TCP and Unix sockets alike
using TextRequest = http::request<http::string_body>;

}  // namespace outrider::outputs
