#include "server/peer/inbound_link.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "server/peer/wire.h"

namespace herd::peer {

InboundLink::InboundLink(Store* store) : store_(store), reader_(store), writer_(store) {}

absl::Status InboundLink::Open(const v1::Hello& hello) {
  const std::optional<OriginIndex> origin = store_->Intern({hello.server(), hello.start_ns()});
  if (!origin) return absl::ResourceExhaustedError("there are too many origins");
  open_ = true;
  neighbor_origin_ = *origin;
  clients_wait_ = hello.clients_wait();
  expire_after_ = hello.expire_after_ns();
  leaving_ = false;
  reader_ = OriginReader(store_);
  writer_ = OriginWriter(store_);
  pushes_ = pushes_told_ = 0;
  told_anything_ = false;
  told_forgotten_before_.reset();
  told_.clear();
  rewinds_.clear();
  awaited_.clear();
  wanted_.clear();
  wants_to_tell_.clear();
  return absl::OkStatus();
}

void InboundLink::Close() { open_ = false; }

absl::Status InboundLink::OnPush(const v1::Push& push, Learned learned) {
  if (push.has_hello()) return absl::InvalidArgumentError("a second hello");
  if (absl::Status status = reader_.Declare(push.origins()); !status.ok()) return status;
  for (const v1::Range& range : push.ranges()) {
    if (absl::Status status = OnRange(range, learned); !status.ok()) return status;
  }
  for (const v1::Awaited& awaited : push.awaited()) {
    if (absl::Status status = OnAwaited(awaited); !status.ok()) return status;
  }
  ++pushes_;
  leaving_ = leaving_ || push.leaving();
  return absl::OkStatus();
}

void InboundLink::Want(OriginIndex origin, bool eager) {
  if (origin >= wanted_.size()) wanted_.resize(origin + std::size_t{1});
  if (wanted_[origin] == eager) return;
  wanted_[origin] = eager;
  wants_to_tell_.push_back(origin);
  ++(eager ? counters_.grafts : counters_.prunes);
}

absl::Status InboundLink::OnRange(const v1::Range& range, Learned learned) {
  const std::optional<OriginIndex> origin = reader_.Find(range.origin());
  if (!origin) {
    return absl::InvalidArgumentError(absl::StrCat("origin ", range.origin(), " is undeclared"));
  }
  if (absl::Status status = FromWire(range, &updates_); !status.ok()) return status;
  const Store::Applied applied =
      range.repair() ? store_->Repair(*origin, range.after(), range.through(), updates_)
                     : store_->Apply(*origin, range.after(), range.through(), updates_);
  if (applied.beyond_own) {
    return absl::InvalidArgumentError(absl::StrCat(
        "update ", range.through(), " of this server's own run, which has made ", applied.through));
  }
  if (applied.gap) {
    rewinds_.insert(*origin);
    return absl::OkStatus();
  }
  learned(*origin, range.through());
  ++counters_.ranges;
  counters_.updates += updates_.size();
  counters_.duplicates += applied.duplicates;
  return absl::OkStatus();
}

absl::Status InboundLink::OnAwaited(const v1::Awaited& awaited) {
  const std::optional<OriginIndex> origin = reader_.Find(awaited.origin());
  if (!origin) {
    return absl::InvalidArgumentError(absl::StrCat("origin ", awaited.origin(), " is undeclared"));
  }
  Sequence& through = awaited_[*origin];
  through = std::max(through, awaited.through());
  return absl::OkStatus();
}

bool InboundLink::HasNews(const VersionVector& vector) const {
  for (std::size_t origin = 0; origin < vector.size(); ++origin) {
    if (vector[origin] > Told(origin)) return true;
  }
  return false;
}

// The neighbour's clients wait to hear how far its own updates are had, and an origin of which it
// has never heard it cannot take from anybody. Of what it awaits each step counts: others than the
// last one may wait for it.
bool InboundLink::HasUrgentNews(const VersionVector& vector) const {
  for (std::size_t origin = 0; origin < vector.size(); ++origin) {
    const Sequence told = Told(origin);
    if (vector[origin] > told && (told == 0 || origin == neighbor_origin_)) return true;
  }
  return std::any_of(awaited_.begin(), awaited_.end(), [&](const auto& awaited) {
    return awaited.first < vector.size() && vector[awaited.first] > Told(awaited.first);
  });
}

bool InboundLink::NextAck(const VersionVector& vector, const MapDigest& digest, Nanos now,
                          v1::Ack* ack) {
  if (!open_) return false;
  // When clients have been forgotten, only the digest tells whether all have forgotten the same.
  const bool forgot = digest.forgotten_before && digest.forgotten_before != told_forgotten_before_;
  const bool waited_for =
      pushes_ != pushes_told_ || !wants_to_tell_.empty() || forgot || HasUrgentNews(vector);
  const bool due = now >= told_at_ + kLeisure && HasNews(vector);
  if (told_anything_ && !waited_for && !due) return false;
  ack->Clear();
  TellVector(vector, ack);
  TellWants(ack);
  ack->set_pushes(pushes_);
  if (digest.forgotten_before) {
    ack->set_digest(digest.sum);
    ack->set_forgotten_before_ns(*digest.forgotten_before);
    told_forgotten_before_ = digest.forgotten_before;
  }
  pushes_told_ = pushes_;
  told_anything_ = true;
  told_at_ = now;
  return true;
}

void InboundLink::TellVector(const VersionVector& vector, v1::Ack* ack) {
  told_.resize(std::max(told_.size(), vector.size()));
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const auto origin = static_cast<OriginIndex>(i);
    const bool rewind = rewinds_.contains(origin);
    if (vector[i] <= told_[i] && !rewind) continue;
    v1::Have* const have = ack->add_vector();
    have->set_origin(writer_.Number(origin, ack->mutable_origins()));
    have->set_through(vector[i]);
    if (rewind) have->set_rewind(true);
    told_[i] = vector[i];
  }
  absl::erase_if(awaited_, [&](const auto& awaited) {
    return awaited.first < vector.size() && vector[awaited.first] >= awaited.second;
  });
  rewinds_.clear();
}

void InboundLink::TellWants(v1::Ack* ack) {
  // An origin that turned and turned back is told as it is now, twice; that does no harm.
  for (const OriginIndex origin : wants_to_tell_) {
    const std::uint32_t number = writer_.Number(origin, ack->mutable_origins());
    wanted_[origin] ? ack->add_eager(number) : ack->add_lazy(number);
  }
  wants_to_tell_.clear();
}

std::optional<Nanos> InboundLink::Deadline(const VersionVector& vector) const {
  if (!open_ || !HasNews(vector)) return std::nullopt;
  return told_at_ + kLeisure;
}

}  // namespace herd::peer
