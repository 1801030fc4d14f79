#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

namespace stl10::testing {

/// A connection to whoever asks.
class HttpClient {
 public:
  explicit HttpClient(int socket) : socket_(socket) {}

  void send(const std::string& bytes) const {
    for (size_t sent = 0; sent < bytes.size();) {
      const ssize_t count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) return;
      sent += static_cast<size_t>(count);
    }
  }

  /// The request's line and headers.
  std::string receive() const {
    std::string request;
    char block[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t count = ::recv(socket_, block, sizeof block, 0);
      if (count <= 0) break;
      request.append(block, static_cast<size_t>(count));
    }
    return request;
  }

  void wait_until_gone() const {
    char byte = 0;
    while (::recv(socket_, &byte, 1, 0) > 0) {
    }
  }

 private:
  int socket_;
};

/// "HTTP/1.1 206 -", headers and a body. @param length what Content-Length says; −1: the truth.
inline std::string http_answer(int status, const std::string& headers, const std::string& body,
                               int64_t length = -1) {
  return "HTTP/1.1 " + std::to_string(status) + " -\r\nConnection: close\r\nContent-Length: " +
         std::to_string(length < 0 ? static_cast<int64_t>(body.size()) : length) + "\r\n" +
         headers + "\r\n" + body;
}

/// Where the range begins that a request asks for; −1 where it asks for all.
inline int64_t asked_begin(const std::string& request) {
  const std::string mark = "Range: bytes=";
  const size_t place = request.find(mark);
  return place == std::string::npos ? -1 : std::stoll(request.substr(place + mark.size()));
}

/// The part of `whole` from `begin` on, as a server sends it that can do so.
inline std::string part_answer(const std::string& whole, int64_t begin) {
  return http_answer(206,
                     "Content-Range: bytes " + std::to_string(begin) + "-" +
                         std::to_string(whole.size() - 1) + "/" + std::to_string(whole.size()) +
                         "\r\n",
                     whole.substr(static_cast<size_t>(begin)));
}

/// What a good server answers.
inline std::string good_answer(const std::string& whole, const std::string& request) {
  const int64_t begin = asked_begin(request);
  return begin < 0 ? http_answer(200, "", whole) : part_answer(whole, begin);
}

/// A server on this machine that does as it is told, one request after another.
class HttpServer {
 public:
  /// @param request its line and headers. @param number 1 for the first.
  using Answer =
      std::function<void(const HttpClient& client, const std::string& request, int number)>;

  explicit HttpServer(Answer answer)
      : answer_(std::move(answer)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const general = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, general, size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, general, &size) != 0) {
      throw std::runtime_error("no port for a server");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HttpServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(port_) + "/archive.tar.gz";
  }
  int requests() const { return requests_; }

 private:
  void serve() {
    while (true) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      const HttpClient client(socket);
      const std::string request = client.receive();
      answer_(client, request, ++requests_);
      ::shutdown(socket, SHUT_WR);
      client.wait_until_gone();
      ::close(socket);
    }
  }

  Answer answer_;
  int listener_;
  uint16_t port_ = 0;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

}  // namespace stl10::testing
