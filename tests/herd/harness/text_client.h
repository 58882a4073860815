// A client of a herd server's text protocol, as a person with nc would be.
//
// Blocking; waits for kPatienceMs at most, then the test fails and says what was missing. One
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "client/net/endpoint.h"

namespace herd::test {

class TextClient {
 public:
  // Connects to that port of PrivateAddress().
  explicit TextClient(std::uint16_t port);
  // Connects there, as ConnectTo.
  explicit TextClient(const client::Endpoint& endpoint, const std::string& from = "");
  ~TextClient();
  TextClient(const TextClient&) = delete;
  TextClient& operator=(const TextClient&) = delete;

  void Send(std::string_view bytes);
  // Sends what the kernel takes without waiting; returns how many bytes that were.
  std::size_t SendSome(std::string_view bytes);
  // Says that nothing more will be sent.
  void HalfClose();
  // Goes away without a word, in the middle of whatever is under way.
  void Reset();

  // What one read gives, once there is something; empty at the end.
  std::string ReadOnce();
  // Through the next line end; less at the end.
  std::string ReadLine();
  std::string ReadLines(std::size_t count);
  std::string ReadToEnd();

  // Sends a line and reads the line that answers it.
  std::string Ask(std::string_view line);

 private:
  bool WaitUntil(short events, const char* what);
  void Close();

  int socket_ = -1;
  std::string unread_;
};

// What a new connection answers to `input`, followed by a half-close.
std::string Converse(std::uint16_t port, std::string_view input);
std::string Converse(const client::Endpoint& endpoint, std::string_view input);

}  // namespace herd::test
