// The requests that the neutral generator sends: one report of a moving client after the other, as
// the server under test wants it said. Plain bytes, no socket.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace herd::bench {

// How a protocol says a report. In the text,
//   "c000000000000000"     is the id,
//   "34.000000"            the latitude, and
//   "118.000000"           the longitude: each client moves about a place of its own in one city,
//   "SSSSSSSSSS.NNNNNNN"   the client's time, later in each request.
// Each request gets a reply of one line.
struct Protocol {
  std::string_view name;
  std::string_view text;
  // What a reply begins with that says the request was taken.
  char reply;
  // A reply has many lines, and ends with an empty one.
  bool many_lines = false;
};

// nullptr when there is no such protocol.
const Protocol* FindProtocol(std::string_view name);
// "iamat, memcached-set, ..."
std::string ProtocolNames();

// Which client reports next.
enum class Order { kRandom, kSequential };

class Requests {
 public:
  // The first request has the time now. Times advance by 100 ns a request, so that a run that
  // starts when another has ended has later times, unless that one made more than 10 million a
  // second.
  Requests(const Protocol& protocol, std::uint32_t clients, Order order);

  void AppendTo(std::string& batch);

 private:
  std::uint32_t NextClient();
  void AdvanceTime();

  const std::uint32_t clients_;
  const Order order_;
  std::uint32_t client_ = 0;
  std::minstd_rand random_;
  std::string time_;  // "1520023934.9189639", and see AdvanceTime
  std::string text_;  // the request, with the holes of Protocol filled in for the last one
  // Where the holes are; npos where the protocol has none.
  std::size_t id_;
  std::size_t latitude_;
  std::size_t longitude_;
  std::size_t time_hole_;
};

}  // namespace herd::bench
