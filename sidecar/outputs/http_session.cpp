// SPDX-License-Identifier: Apache-2.0
#include "outputs/http_session.hpp"

#include "outputs/listener.hpp"

namespace outrider::outputs {

namespace {

/// Smaller answers are not worth packing.
constexpr std::size_t least_bytes_to_pack = 512;
constexpr const char* allowed_methods = "GET, HEAD, POST";

/// The status that tells a client what was wrong with its request; 0 when it is
/// gone and nothing can be told.
unsigned status_of(error_code error) {
  if (error == http::error::end_of_stream || error == http::error::partial_message) return 0;
  if (error == http::error::header_limit || error == http::error::buffer_overflow) return 431;
  if (error == http::error::body_limit) return 413;
  return error.category() == make_error_code(http::error::bad_version).category() ? 400 : 0;
}

std::string sentence_of(unsigned status, error_code error, const HttpServerOptions& options) {
  const auto kib = [](std::uint64_t bytes) { return std::to_string(bytes / 1024) + " KiB"; };
  if (status == 431)
    return "found a longer header; needed at most " + kib(options.max_header_bytes) +
           "; send fewer fields\n";
  if (status == 413)
    return "found a longer body; needed at most " + kib(options.max_body_bytes) + "; send less\n";
  return "found " + error.message() + "; needed an HTTP/1.1 request; correct the client\n";
}

}  // namespace

HttpSession::HttpSession(Protocol::socket socket, const Surroundings& around)
    : peer_{peer_credentials(socket.native_handle())},
      remote_{peer_address(socket.native_handle())},
      stream_{std::move(socket)},
      around_{around} {}

/// A member function as a completion handler that keeps this session alive.
template <class Step>
auto HttpSession::then(Step step) {
  return [self = shared_from_this(), step](error_code error, std::size_t bytes) {
    ((*self).*step)(error, bytes);
  };
}

void HttpSession::start() {
  stream_.expires_after(around_.options.request_deadline);
  wait_for_request();
}

void HttpSession::wait_for_request() {
  body_.reset();
  parser_.emplace();
  parser_->header_limit(around_.options.max_header_bytes);
  parser_->body_limit(around_.options.max_body_bytes);
  if (buffer_.size() > 0) return read_header();  // it was sent with the one before
  stream_.async_read_some(buffer_.prepare(4096), then(&HttpSession::on_first_bytes));
}

void HttpSession::on_first_bytes(error_code error, std::size_t bytes) {
  if (error) return finish();
  buffer_.commit(bytes);
  read_header();
}

void HttpSession::read_header() {
  if (answered_) stream_.expires_after(around_.options.request_deadline);
  http::async_read_header(stream_, buffer_, *parser_, then(&HttpSession::on_header));
}

void HttpSession::on_header(error_code error, std::size_t) {
  if (error) return refuse(error);
  stream_.expires_after(around_.options.request_deadline);
  http::async_read(stream_, buffer_, *parser_, then(&HttpSession::on_request));
}

void HttpSession::on_request(error_code error, std::size_t) {
  if (error) return refuse(error);
  idle_since_ = std::chrono::steady_clock::now();
  Response response = answer(parser_->get());
  if (response.joins_stream) {
    if (around_.listens(*this)) return around_.gone(shared_from_this());
    response = {.status = 503,
                .body =
                    "found as many listeners as there is room for; needed one fewer; try again "
                    "later\n"};
  }
  write(std::move(response), parser_->keep_alive());
}

void HttpSession::refuse(error_code error) {
  const unsigned status = status_of(error);
  if (status == 0) return finish();
  write({.status = status, .body = sentence_of(status, error, around_.options)}, false);
}

Response HttpSession::answer(TextRequest& message) {
  const http::verb method = message.method();
  if (method != http::verb::get && method != http::verb::head && method != http::verb::post) {
    return {.status = 405,
            .body = "found another method; needed GET, HEAD or POST\n",
            .headers = {{"Allow", allowed_methods}}};
  }
  Request request;
  const auto target = message.target();
  if (!set_target(request, {target.data(), target.size()})) {
    return {.status = 400,
            .body = "found a target of another form; needed a path such as /metrics\n"};
  }
  request.method = std::string{message.method_string()};
  request.body = std::move(message.body());
  request.peer = peer_;
  request.remote = remote_;
  for (const auto& field : message) {
    request.headers.emplace_back(
        lower_case({field.name_string().data(), field.name_string().size()}),
        std::string{field.value()});
  }
  try {
    return around_.handler(request);
  } catch (const std::exception& error) {
    return {.status = 500, .body = std::string{error.what()} + "\n"};
  }
}

void HttpSession::write(Response response, bool keep_alive) {
  const auto& request = parser_->get();
  answer_ = {};
  answer_.version(request.version() == 10 ? 10 : 11);
  answer_.result(response.status);
  answer_.set(http::field::server, "outrider");
  answer_.set(http::field::content_type, response.content_type);
  for (const auto& [name, value] : response.headers) answer_.insert(name, value);
  body_ = response.page != nullptr ? response.page
                                   : std::make_shared<const std::string>(std::move(response.body));
  pack(request, response.page != nullptr);
  answer_.content_length(body_->size());
  answer_.keep_alive(keep_alive);
  if (request.method() != http::verb::head) answer_.body() = {body_->data(), body_->size()};
  stream_.expires_after(around_.options.write_deadline);
  http::async_write(stream_, answer_, then(&HttpSession::on_written));
}

void HttpSession::pack(const TextRequest& request, bool is_page) {
  const bool is_coded = answer_.count(http::field::content_encoding) != 0;
  if (is_coded || body_->size() < least_bytes_to_pack) return;
  answer_.insert(http::field::vary, "Accept-Encoding");
  const auto accepted = request[http::field::accept_encoding];
  if (!accepts_gzip({accepted.data(), accepted.size()})) return;
  PackedPage own;
  const auto packed = (is_page ? around_.packed : own).of(body_);
  if (packed == nullptr) return;
  body_ = packed;
  answer_.set(http::field::content_encoding, "gzip");
}

void HttpSession::on_written(error_code error, std::size_t) {
  if (error) return finish();
  idle_since_ = std::chrono::steady_clock::now();
  answered_ = true;
  if (!answer_.keep_alive()) return linger();
  stream_.expires_after(around_.options.idle_deadline);
  wait_for_request();
}

/// Closing with bytes unread would reset the connection, and the client could
/// lose the answer: reads what is still sent, for as long as a request may take.
void HttpSession::linger() {
  error_code ignored;
  stream_.socket().shutdown(Protocol::socket::shutdown_send, ignored);
  stream_.expires_after(around_.options.request_deadline);
  discard({}, 0);
}

void HttpSession::discard(error_code error, std::size_t) {
  body_.reset();
  buffer_.clear();
  if (error) return finish();
  stream_.async_read_some(buffer_.prepare(4096), then(&HttpSession::discard));
}

void HttpSession::finish() {
  stream_.close();
  around_.gone(shared_from_this());
}

}  // namespace outrider::outputs
