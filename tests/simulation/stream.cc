#include "tests/simulation/stream.h"

#include <algorithm>
#include <utility>

namespace herd::simulation {
namespace {

constexpr Nanos kMostToTake = 50'000;  // nanoseconds, for a message that there is room for
// How often a server that is stopped is looked at.
constexpr Nanos kStoppedStep = 10 * kNanosPerMillisecond;

}  // namespace

Stream::Stream(const Surroundings& surroundings, Path* to_callee, Path* to_caller, Handler* caller,
               Handler* callee)
    : surroundings_(surroundings), paths_({to_caller, to_callee}), handlers_({caller, callee}) {}

void Stream::Send(Side from, Message message) {
  const Side to = Other(from);
  Mutate(message.get());
  const std::size_t bytes = message->ByteSizeLong();
  Put(to, {.bytes = bytes, .message = std::move(message)});
  lane(to).writer_waits = true;
  if (lane(to).bytes <= surroundings_.window || broken_) LetWriterGoOn(from);
}

void Stream::Put(Side to, Item item) {
  if (broken_) return;
  Lane& its = lane(to);
  const Path& path = *paths_[to];
  const Nanos arrives =
      surroundings_.queue->now() + surroundings_.random->Between(path.least, path.most);
  its.last = std::max(its.last, arrives);
  its.bytes += item.bytes;
  item.at = its.last;
  its.items.push_back(std::move(item));
  ArriveAt(to, its.last);
}

void Stream::ArriveAt(Side to, Nanos at) {
  surroundings_.queue->At(at, [self = shared_from_this(), to] { self->Deliver(to); });
}

void Stream::Mutate(v1::Packet* packet) {
  Random& random = *surroundings_.random;
  switch (surroundings_.mutation) {
    case Mutation::kLosesAcks:
      if (packet->has_ack() && random.OneIn(20)) packet->mutable_ack()->clear_vector();
      break;
    case Mutation::kSkipsUpdates:
      if (!packet->has_push()) break;
      for (v1::Range& range : *packet->mutable_push()->mutable_ranges()) {
        if (random.OneIn(20)) range.clear_updates();
      }
      break;
    case Mutation::kPushesEverythingToEverybody:
      if (!packet->has_ack()) break;
      for (const std::uint32_t origin : packet->ack().lazy())
        packet->mutable_ack()->add_eager(origin);
      for (const v1::Have& have : packet->ack().vector()) {
        packet->mutable_ack()->add_eager(have.origin());
      }
      packet->mutable_ack()->clear_lazy();
      break;
    default:
      break;
  }
}

void Stream::Deliver(Side to) {
  const Nanos now = surroundings_.queue->now();
  std::deque<Item>& items = lane(to).items;
  while (!items.empty() && items.front().at <= now && !paths_[to]->silent) {
    if (open(to) && !handlers_[to]->reading()) return;
    Item next = std::move(items.front());
    items.pop_front();
    Hand(to, std::move(next));
  }
}

void Stream::Hand(Side to, Item item) {
  lane(to).bytes -= item.bytes;
  if (lane(to).bytes <= surroundings_.window) LetWriterGoOn(Other(to));
  if (!open(to)) return;
  if (item.end) {
    NotifyEnd(to);
  } else {
    handlers_[to]->OnMessage(this, std::move(item.message));
  }
}

void Stream::LetWriterGoOn(Side writer) {
  if (!std::exchange(lane(Other(writer)).writer_waits, false)) return;
  const auto delay = surroundings_.random->Between(0, kMostToTake);
  surroundings_.queue->After(delay, [self = shared_from_this(), writer] {
    if (self->open(writer)) self->handlers_[writer]->OnTaken(self.get());
  });
}

void Stream::NotifyEnd(Side side) {
  if (!open(side)) return;
  if (!handlers_[side]->reading()) return NotifyEndLater(side, kStoppedStep);
  std::exchange(handlers_[side], nullptr)->OnEnd(this);
}

void Stream::NotifyEndLater(Side side, Nanos delay) {
  surroundings_.queue->After(delay, [self = shared_from_this(), side] { self->NotifyEnd(side); });
}

void Stream::Close(Side side) {
  if (!open(side)) return;
  handlers_[side] = nullptr;
  Put(Other(side), {.bytes = 0, .message = {}, .end = true});
}

void Stream::GiveUp(Side side) {
  if (!open(side)) return;
  Handler* const handler = handlers_[side];
  Close(side);
  handler->OnEnd(this);
}

void Stream::Abandon(Side side, bool tell_other) {
  handlers_[side] = nullptr;
  Lose(side);
  // A kernel sends what it was given, unless there is something unread; then it resets.
  if (surroundings_.random->OneIn(2)) Lose(Other(side));
  if (tell_other) Put(Other(side), {.bytes = 0, .message = {}, .end = true});
  broken_ = true;
}

void Stream::Lose(Side to) {
  lane(to).items.clear();
  lane(to).bytes = 0;
  LetWriterGoOn(Other(to));
}

void Stream::Break(Nanos caller_notices, Nanos callee_notices) {
  broken_ = true;
  Lose(kCaller);
  Lose(kCallee);
  NotifyEndLater(kCaller, caller_notices);
  NotifyEndLater(kCallee, callee_notices);
}

void Stream::Resume() {
  Deliver(kCaller);
  Deliver(kCallee);
}

}  // namespace herd::simulation
