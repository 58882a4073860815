#include "server/peer/flood.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace herd::peer {
namespace {

void TakeEarlier(std::optional<Nanos> other, std::optional<Nanos>* earliest) {
  if (other && (!*earliest || *other < **earliest)) *earliest = other;
}

v1::Hello MakeHello(const OriginId& own, const std::string& neighbor,
                    const Flood::Options& options) {
  v1::Hello hello;
  hello.set_server(own.server);
  hello.set_receiver(neighbor);
  hello.set_start_ns(own.start_ns);
  hello.set_clients_wait(options.gather == 0);
  hello.set_expire_after_ns(options.expire_after);
  return hello;
}

bool IsBareHello(const v1::Push& push) {
  return push.origins().empty() && push.ranges().empty() && push.awaited().empty() &&
         !push.leaving();
}

}  // namespace

Flood::Flood(Store* store, const OriginId& own, const std::vector<std::string>& neighbors,
             const Options& options)
    : own_name_(own.server),
      store_(store),
      parents_(neighbors.size()),
      in_sync_(neighbors.size(), options.in_sync_bound),
      gather_(options.gather) {
  for (const std::string& neighbor : neighbors) {
    v1::Hello hello = MakeHello(own, neighbor, options);
    links_.push_back(
        {.outbound = OutboundLink(store, std::move(hello)), .inbound = InboundLink(store)});
  }
}

absl::StatusOr<std::size_t> Flood::Identify(const v1::Hello& hello) const {
  // Whatever is said of them below, or in the log, is short.
  if (hello.receiver().size() > kMaxServerName || hello.server().size() > kMaxServerName) {
    return absl::PermissionDeniedError(
        absl::StrCat("a hello with names of ", hello.server().size(), " and ",
                     hello.receiver().size(), " bytes, of which ", kMaxServerName, " may be"));
  }
  if (hello.receiver() != own_name_) {
    return absl::PermissionDeniedError(
        absl::StrCat("this is ", own_name_, ", not ", absl::CHexEscape(hello.receiver())));
  }
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (links_[i].outbound.neighbor() == hello.server()) return i;
  }
  return absl::PermissionDeniedError(
      absl::StrCat(absl::CHexEscape(hello.server()), " is no neighbor of ", own_name_));
}

void Flood::Open(std::size_t neighbor) {
  links_[neighbor].outbound.Open();
  links_[neighbor].inbound.Close();
}

absl::Status Flood::OnPacket(std::size_t neighbor, const v1::Packet& packet, Nanos now) {
  if (!links_[neighbor].inbound.up()) {
    if (!packet.push().has_hello()) return absl::InvalidArgumentError("the first push is no hello");
    if (!IsBareHello(packet.push())) {
      return absl::InvalidArgumentError("the push with the hello has something else too");
    }
    absl::Status status = OnHello(neighbor, packet.push().hello(), now);
    if (!status.ok()) return status;
  } else if (packet.has_push()) {
    if (absl::Status status = OnPush(neighbor, packet.push(), now); !status.ok()) return status;
  }
  return packet.has_ack() ? OnAck(neighbor, packet.ack(), now) : absl::OkStatus();
}

absl::Status Flood::OnHello(std::size_t neighbor, const v1::Hello& hello, Nanos now) {
  const absl::StatusOr<std::size_t> sender = Identify(hello);
  if (!sender.ok()) return sender.status();
  Link& link = links_[neighbor];
  if (*sender != neighbor) {
    return absl::PermissionDeniedError(
        absl::StrCat("this link is with ", link.outbound.neighbor(), ", not ", hello.server()));
  }
  if (absl::Status status = link.inbound.Open(hello); !status.ok()) return status;
  store_->ReadVector(&vector_, &digest_);
  parents_.OnUp(neighbor, link.inbound.neighbor_origin(), vector_, now);
  TellParents();
  return absl::OkStatus();
}

absl::Status Flood::OnPush(std::size_t neighbor, const v1::Push& push, Nanos now) {
  Link& link = links_[neighbor];
  const absl::Status status = link.inbound.OnPush(push, [&](OriginIndex origin, Sequence through) {
    link.outbound.NeighborHas(origin, through);
    parents_.OnDelivered(neighbor, origin, now);
    if (IsStaying(link)) NoteHandedOver(link, origin, through);
  });
  if (link.inbound.leaving()) in_sync_.OnDown(neighbor);
  return status;
}

absl::Status Flood::OnAck(std::size_t neighbor, const v1::Ack& ack, Nanos now) {
  Link& link = links_[neighbor];
  if (absl::Status status = link.outbound.OnAck(ack); !status.ok()) return status;
  StopTiming(link, now);
  store_->ReadVector(&vector_, &digest_);
  for (const OriginIndex origin : link.outbound.turned()) {
    parents_.OnTaken(neighbor, origin, link.outbound.IsEager(origin), vector_);
  }
  for (const OriginIndex origin : link.outbound.announced()) {
    const Sequence through = link.outbound.Acknowledged(origin);
    parents_.OnAnnounced(neighbor, origin, through, vector_, now);
    if (IsStaying(link)) NoteHandedOver(link, origin, through);
  }
  if (link.outbound.Differs(vector_, digest_)) {
    ++divergences_;
    link.outbound.Repair(vector_, digest_);
  }
  if (IsStaying(link)) {
    in_sync_.OnAcknowledged(neighbor, link.outbound.Acknowledged(Store::kOwnOrigin), now);
  }
  TellParents();
  return absl::OkStatus();
}

bool Flood::IsStaying(const Link& link) { return link.outbound.up() && !link.inbound.leaving(); }

void Flood::Close(std::size_t neighbor) {
  Link& link = links_[neighbor];
  // What it had may be gone with it.
  if (IsStaying(link)) link.handed_over.clear();
  link.outbound.Close();
  link.inbound.Close();
  link.timed_push = 0;
  in_sync_.OnDown(neighbor);
  parents_.OnSilent(neighbor);
  store_->ReadVector(&vector_, &digest_);
  parents_.OnDown(neighbor, vector_);
  TellParents();
}

std::vector<std::size_t> Flood::Advance(Nanos now) {
  const Nanos last = std::exchange(now_, now);
  store_->ReadVector(&vector_, &digest_);
  in_sync_.OnMade(vector_[Store::kOwnOrigin], IsAnswerDue() ? last : now);
  parents_.Repair(vector_, now);
  if (leaving_) DrawUpLegacy();
  TellParents();
  return in_sync_.Expire(now);
}

void Flood::TellParents() {
  parents_.TakeChanges([&](std::size_t neighbor, OriginIndex origin, bool parent) {
    InboundLink& inbound = links_[neighbor].inbound;
    if (inbound.up()) inbound.Want(origin, parent);
  });
}

std::optional<Nanos> Flood::AdvanceDeadline() const {
  std::optional<Nanos> earliest = parents_.Deadline();
  TakeEarlier(in_sync_.Deadline(), &earliest);
  if (IsAnswerDue()) TakeEarlier(now_ + kLookWhileDue, &earliest);
  return earliest;
}

std::optional<Nanos> Flood::PacketDeadline(std::size_t neighbor) const {
  const Link& link = links_[neighbor];
  return IsGathering(link) ? link.gathers_until : link.inbound.Deadline(vector_);
}

bool Flood::IsGathering(const Link& link) const {
  return now_ < link.gathers_until && link.outbound.up() && !link.inbound.clients_wait() &&
         !link.outbound.has_more() && !leaving_;
}

bool Flood::NextPacket(std::size_t neighbor, Nanos now, v1::Packet* packet) {
  Link& link = links_[neighbor];
  packet->Clear();
  if (IsGathering(link)) return false;
  const bool answers = link.inbound.NextAck(vector_, digest_, now, packet->mutable_ack());
  if (!answers) packet->clear_ack();
  const bool pushes = link.outbound.NextPush(vector_, answers, packet->mutable_push());
  if (!pushes) packet->clear_push();
  if (!answers && !pushes) return false;
  if (pushes) StartTiming(link, now);
  link.gathers_until = now + gather_;
  return true;
}

void Flood::StartTiming(Link& link, Nanos now) {
  if (link.timed_push != 0) return;
  link.timed_push = link.outbound.pushes_sent();
  link.timed_since = now;
}

void Flood::StopTiming(Link& link, Nanos now) {
  if (link.timed_push == 0 || link.outbound.pushes_acknowledged() < link.timed_push) return;
  link.round_trip = now - link.timed_since;
  link.round_trips.Record(link.round_trip);
  link.timed_push = 0;
}

void Flood::Look(Nanos now) {
  store_->ReadVector(&vector_, &digest_);
  std::vector<Readiness::Neighbor> neighbors;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    Link& link = links_[i];
    link.lag.Look(link.outbound.acknowledged(), vector_, now);
    if (link.outbound.up()) {
      link.lacking.Look(vector_, link.outbound.acknowledged(), now);
    } else {
      link.lacking.Reset();
    }
    neighbors.push_back(ReadinessOf(i, now));
  }
  readiness_.Look(neighbors, now);
}

Readiness::Neighbor Flood::ReadinessOf(std::size_t neighbor, Nanos now) const {
  const Link& link = links_[neighbor];
  return {.name = link.outbound.neighbor(),
          .up = link.outbound.up(),
          .in_sync = in_sync_.Contains(neighbor),
          .has_caught_up = link.lacking.has_caught_up(),
          .lacking = Lacking(neighbor),
          .lacking_for = link.lacking.Lag(now)};
}

std::uint64_t Flood::Lacking(std::size_t neighbor) const {
  const OutboundLink& link = links_[neighbor].outbound;
  return link.up() ? CountLacking(vector_, link.acknowledged()) : 0;
}

bool Flood::IsNewsAwaited() const {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (IsReady(i) || (IsInSync(i) && !IsAnswerDue())) return true;
  }
  return false;
}

void Flood::Leave() {
  leaving_ = true;
  for (Link& link : links_) link.outbound.Leave();
}

void Flood::DrawUpLegacy() {
  const auto staying = std::count_if(links_.begin(), links_.end(),
                                     [&](const Link& link) { return IsStaying(link); });
  const auto knowing = std::count_if(links_.begin(), links_.end(), [&](const Link& link) {
    return IsStaying(link) && link.outbound.leave_known();
  });
  if (knowing == staying && (!legacy_ || knowing > knowing_)) legacy_ = vector_;
  knowing_ = knowing;
}

bool Flood::HasLeft() const {
  if (!legacy_) return false;
  bool all_leave = true;
  for (const Link& link : links_) {
    if (IsStaying(link) && link.outbound.Lag(*legacy_) > 0) return false;
    // One that has left may be coming back.
    all_leave = all_leave && link.inbound.up() && link.inbound.leaving();
  }
  if (all_leave) return true;
  for (std::size_t origin = 0; origin < legacy_->size(); ++origin) {
    if (!IsHandedOver(static_cast<OriginIndex>(origin), (*legacy_)[origin])) return false;
  }
  return true;
}

bool Flood::IsHandedOver(OriginIndex origin, Sequence through) const {
  return through == 0 || std::any_of(links_.begin(), links_.end(), [&](const Link& link) {
           return origin < link.handed_over.size() && link.handed_over[origin] >= through;
         });
}

void Flood::NoteHandedOver(Link& link, OriginIndex origin, Sequence through) {
  if (origin >= link.handed_over.size()) link.handed_over.resize(origin + std::size_t{1});
  link.handed_over[origin] = std::max(link.handed_over[origin], through);
}

bool Flood::IsAcknowledged(const Version& version) const {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const OutboundLink& link = links_[i].outbound;
    if (in_sync_.Contains(i) && !link.Has(version.origin, version.sequence)) return false;
  }
  return true;
}

void Flood::Await(const Version& version) {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (in_sync_.Contains(i)) links_[i].outbound.Await(version.origin, version.sequence);
  }
}

bool Flood::IsAwaiting() const {
  return std::any_of(links_.begin(), links_.end(),
                     [](const Link& link) { return link.outbound.IsAwaiting(); });
}

}  // namespace herd::peer
