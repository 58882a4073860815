// Thousands of clients at once: what each sends, in which pieces, and what it was answered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/herd/harness/loopback.h"

namespace herd::test {

struct Conversation {
  // An IPv4 address.
  std::string host = PrivateAddress();
  std::uint16_t port = 0;
  // What the client sends before it half-closes.
  std::string input;
  // Where the input is cut into segments, ascending; each leaves by itself.
  std::vector<std::size_t> cuts;

  // All that the server answered.
  std::string output;
  // The server has closed, after it had been sent everything.
  bool ended = false;
};

// Connects all, and then has all conversations at the same time, taking turns segment by segment.
// Returns when all have ended, or nothing has happened for kPatienceMs.
void HaveAll(std::vector<Conversation>* conversations);

// As many connections as the machine lets this process have.
void RaiseDescriptorLimit();

}  // namespace herd::test
