#include "server/peer/poller.h"

#include <stdlib.h>

namespace herd::peer {

void ChoosePoller() {
  constexpr int kKeepChosen = 0;
  setenv("GRPC_POLL_STRATEGY", "poll", kKeepChosen);
}

}  // namespace herd::peer
