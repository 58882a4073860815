// How the threads of this process that use gRPC wait for their sockets.
#pragma once

namespace herd::peer {

// Lets each thread wait for its own sockets. By gRPC's default one of them waits for those of all,
// and wakes the one concerned: the links would pay for two wake-ups where one is due, since the
// operator's threads wait too. What each wait costs then grows with the thread's own sockets, of
// which the links have one for each neighbour.
//
// For all of the process, unless the environment has chosen already. To be called before there is
// a second thread, and before gRPC is used.
void ChoosePoller();

}  // namespace herd::peer
