// Puts clients into a store as their reports would, at this server or at others.
#pragma once

#include <string>

#include "server/state/store.h"

namespace herd::test {

// A client reports to the store's own server. The position as a client writes it, seconds.
void Report(Store& store, const std::string& client_id, const std::string& position, int seconds);

// The update of that number of another server comes over a link; everything before it has come.
void Receive(Store& store, const std::string& server, Sequence sequence,
             const std::string& client_id, const std::string& position, int seconds);

// An origin's run that is of this test's.
OriginId RunOf(const std::string& server);

}  // namespace herd::test
