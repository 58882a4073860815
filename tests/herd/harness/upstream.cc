#include "tests/herd/harness/upstream.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"

namespace herd::test {
namespace {

constexpr std::size_t kReadBytes = std::size_t{16} << 10;

std::string Http(absl::string_view status, absl::string_view body, std::size_t announced) {
  return absl::StrCat("HTTP/1.1 ", status,
                      "\r\nContent-Type: application/json\r\nContent-Length: ", announced,
                      "\r\n\r\n", body);
}

std::string Http(absl::string_view status, absl::string_view body) {
  return Http(status, body, body.size());
}

std::string AnswerOf(Behaviour behaviour) {
  switch (behaviour) {
    case Behaviour::kWell:
      return Http("200 OK", kPlacesDocument);
    case Behaviour::kNoJson:
      return Http("200 OK", "<html>It works!</html>");
    case Behaviour::kError500:
      return Http("500 Internal Server Error", "oops");
    case Behaviour::kGarbage:
      return "\x13 garbage\r\n\r\n\r\n";
    case Behaviour::kTruncated:
      return Http("200 OK", absl::string_view(kPlacesDocument, 60), sizeof(kPlacesDocument));
    case Behaviour::kSilent:
      break;
  }
  return "";
}

bool StaysOpen(Behaviour behaviour) {
  return behaviour != Behaviour::kGarbage && behaviour != Behaviour::kTruncated;
}

}  // namespace

std::string FailureDocument(std::string_view status, std::string_view error_message) {
  const auto view = [](std::string_view text) {
    return absl::string_view(text.data(), text.size());
  };
  return absl::StrCat(
      "{\n   \"error_message\" : \"", view(error_message),
      "\",\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \"status\" : \"", view(status),
      "\"\n}");
}

Upstream::Upstream(Behaviour behaviour) : behaviour_(behaviour) {
  port_.Listen();
  if (pipe(stop_) != 0) std::abort();
  thread_ = std::thread([this] { Run(); });
}

Upstream::~Upstream() {
  close(stop_[1]);  // Makes the other end readable.
  thread_.join();
  close(stop_[0]);
}

std::string Upstream::Url() const {
  return absl::StrCat("http://", PrivateAddress(), ":", port_.port());
}

void Upstream::Run() {
  std::vector<pollfd> awaited;
  for (;;) {
    awaited = {{.fd = stop_[0], .events = POLLIN, .revents = 0},
               {.fd = port_.descriptor(), .events = POLLIN, .revents = 0}};
    for (const auto& [connection, request] : connections_) {
      awaited.push_back({.fd = connection, .events = POLLIN, .revents = 0});
    }
    poll(awaited.data(), awaited.size(), -1);
    if (awaited[0].revents != 0) break;
    if (awaited[1].revents != 0) Accept();
    for (std::size_t i = 2; i < awaited.size(); ++i) {
      if (awaited[i].revents == 0 || Read(awaited[i].fd)) continue;
      connections_.erase(awaited[i].fd);
      close(awaited[i].fd);
    }
  }
  for (const auto& [connection, request] : connections_) close(connection);
}

void Upstream::Accept() {
  const int connection = accept4(port_.descriptor(), nullptr, nullptr, SOCK_CLOEXEC);
  if (connection >= 0) connections_[connection] = "";
}

bool Upstream::Read(int connection) {
  std::array<char, kReadBytes> space;
  const ssize_t size = recv(connection, space.data(), space.size(), MSG_DONTWAIT);
  if (size <= 0) return false;
  std::string& request = connections_[connection];
  request.append(space.data(), static_cast<std::size_t>(size));
  if (request.find("\r\n\r\n") == std::string::npos) return true;
  request.clear();
  return Answer(connection);
}

bool Upstream::Answer(int connection) {
  ++requests_;
  const std::string answer = AnswerOf(behaviour_);
  if (!answer.empty()) send(connection, answer.data(), answer.size(), MSG_NOSIGNAL);
  return StaysOpen(behaviour_);
}

}  // namespace herd::test
