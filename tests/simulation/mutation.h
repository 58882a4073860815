// Ways in which a simulated herd can be broken on purpose, to see that the simulation finds it.
//
// These break what surrounds the production code. Those that break the code itself are in
// mutations.py.
#pragma once

namespace herd::simulation {

enum class Mutation {
  kNone,
  // A stream goes on after having lost an Ack.
  kLosesAcks,
  // A range arrives without its updates.
  kSkipsUpdates,
  // Replies leave before the neighbours have what they speak of.
  kRepliesAtOnce,
  // Every neighbour is pushed everything.
  kPushesEverythingToEverybody,
  // A server does not notice that a link has ended.
  kKeepsEndedLinks,
  // A server stops without a word instead of leaving.
  kStopsInsteadOfLeaving,
  // A server that comes back counts as the run that it was.
  kComesBackAsTheSameRun,
};

}  // namespace herd::simulation
