// A Places server of the test's own: answers every request alike, well or badly.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

#include "tests/herd/harness/loopback.h"

namespace herd::test {

// What Places says when it is well: two places, and a run of line ends that has to become one.
inline constexpr char kPlacesDocument[] =
    "{\n   \"html_attributions\" : [],\n\n   \"results\" : [\n      {\n         \"name\" : "
    "\"North\"\n"
    "      },\n      {\n         \"name\" : \"South\"\n      }\n   ],\n   \"status\" : "
    "\"OK\"\n}\n\n";
// The same as a client gets it, cut to none, one, and two or more places.
inline constexpr char kNoPlace[] =
    "{\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \"status\" : \"OK\"\n}";
inline constexpr char kOnePlace[] =
    "{\n   \"html_attributions\" : [],\n   \"results\" : [\n      {\n         \"name\" : "
    "\"North\"\n"
    "      }\n   ],\n   \"status\" : \"OK\"\n}";
inline constexpr char kTwoPlaces[] =
    "{\n   \"html_attributions\" : [],\n   \"results\" : [\n      {\n         \"name\" : "
    "\"North\"\n"
    "      },\n      {\n         \"name\" : \"South\"\n      }\n   ],\n   \"status\" : \"OK\"\n}";

// What a client gets when Places fails and so has no answer of its own.
std::string FailureDocument(std::string_view status, std::string_view error_message);

enum class Behaviour {
  kWell,
  kSilent,     // takes the request and never answers
  kGarbage,    // answers with what is not HTTP
  kNoJson,     // HTTP 200, and not JSON
  kError500,   // HTTP 500
  kTruncated,  // announces more bytes than it sends before it closes
};

// On a free port of PrivateAddress(); one thread of its own.
class Upstream {
 public:
  explicit Upstream(Behaviour behaviour = Behaviour::kWell);
  ~Upstream();
  Upstream(const Upstream&) = delete;
  Upstream& operator=(const Upstream&) = delete;

  std::string Url() const;
  // Requests that have come so far. Any thread.
  std::size_t requests() const { return requests_; }

 private:
  void Run();
  void Accept();
  // False: the connection is to be closed.
  bool Read(int connection);
  bool Answer(int connection);

  const Behaviour behaviour_;
  BoundPort port_;
  int stop_[2] = {-1, -1};
  std::atomic<std::size_t> requests_ = 0;
  // Owned by the thread: the connections, and what of a request has come.
  std::unordered_map<int, std::string> connections_;
  std::thread thread_;
};

}  // namespace herd::test
