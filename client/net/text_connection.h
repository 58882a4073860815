// A TCP connection to a server's front door: bytes out, bytes in, no knowledge of what they say.
//
// Used by one thread at a time. Nothing here raises SIGPIPE. Every wait ends at its deadline, but
// for the look-up of a host name, which ends when the resolver gives up. Error messages name the
// endpoint and the reason: Unavailable when the server cannot be reached or went away,
// DeadlineExceeded when it was too slow.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/net/endpoint.h"

namespace herd::client {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

class TextConnection {
 public:
  // Tries the addresses of the host one after the other.
  static absl::StatusOr<TextConnection> Open(const Endpoint& endpoint, Deadline deadline);

  TextConnection(TextConnection&& other) noexcept;
  TextConnection& operator=(TextConnection&& other) noexcept;
  ~TextConnection();

  // Returns when the kernel has all the bytes.
  absl::Status Send(std::string_view bytes, Deadline deadline);

  // Sends what the kernel takes without waiting, and returns how many bytes that was.
  absl::StatusOr<size_t> SendSome(std::string_view bytes);

  // Half-closes: the server sees the end of the input and can still answer.
  absl::Status FinishSending();

  // Waits for bytes and appends them to `received`. Returns how many; 0 means that the server has
  // closed its side.
  absl::StatusOr<size_t> Receive(std::string& received, Deadline deadline);

  const std::string& endpoint() const { return endpoint_; }

  // To be polled only.
  int fd() const { return fd_; }

 private:
  TextConnection(int fd, std::string endpoint);

  absl::Status WaitUntil(short events, Deadline deadline);

  int fd_;
  std::string endpoint_;
};

}  // namespace herd::client
