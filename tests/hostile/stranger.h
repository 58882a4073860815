// One client that means no good: its connection, and what it does to a server at each of its turns.
//
// Belongs to the thread of its crowd. When the connection ends it comes again at its next turn.
#pragma once

#include <netinet/in.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>

#include "client/net/poller.h"

namespace herd::hostile {

enum class Kind {
  kSilent,     // says nothing, as one whose network has gone
  kSlow,       // a byte at a turn, of a line that has no end
  kDeaf,       // reports, a million at most, and never reads a reply
  kResetting,  // reports, and breaks off in the middle of the replies
  kRandom,     // bytes of any value
  kGiant,      // a line longer than any may be
  kMaker,      // reports of clients that were not there before
};
// Of a hundred strangers, by kind.
inline constexpr std::array<int, 7> kShares = {40, 40, 2, 3, 5, 5, 5};

class Stranger {
 public:
  // Comes from the address 127.0.1.`from`. The server's address and the poller outlive it.
  Stranger(Kind kind, int number, std::uint8_t from, const sockaddr_in* server,
           client::Poller* poller);
  ~Stranger() { Leave(); }
  Stranger(const Stranger&) = delete;
  Stranger& operator=(const Stranger&) = delete;

  // Connects, or does what it does.
  void TakeTurn(std::mt19937* random);
  // Something has come, or the connection has ended.
  void OnReadable();

  bool connected() const { return socket_ >= 0; }

 private:
  void Connect();
  void Say(std::string_view bytes);
  void ReportWithoutEnd();
  void ReportNewClients();
  void SayAnything(std::mt19937* random);
  void BreakOff();
  void Leave();

  const Kind kind_;
  const int number_;
  const std::uint8_t from_;
  const sockaddr_in* const server_;
  client::Poller* const poller_;
  int socket_ = -1;
  int reports_ = 0;
};

}  // namespace herd::hostile
