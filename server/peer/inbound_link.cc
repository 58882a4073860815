#include "server/peer/inbound_link.h"

#include "absl/strings/str_cat.h"
#include "server/peer/wire.h"

namespace herd::peer {

InboundLink::InboundLink(Store* store, OriginId own)
    : store_(store), own_(std::move(own)), reader_(store), writer_(store) {}

void InboundLink::Open(const v1::Hello& hello) {
  open_ = true;
  neighbor_start_ns_ = hello.start_ns();
  reader_ = OriginReader(store_);
  writer_ = OriginWriter(store_);
  pushes_ = pushes_told_ = 0;
  told_anything_ = false;
  told_.clear();
  rewinds_.clear();
}

void InboundLink::Close() { open_ = false; }

absl::Status InboundLink::OnPush(const v1::Push& push, Learned learned) {
  if (push.has_hello()) return absl::InvalidArgumentError("a second hello");
  if (absl::Status status = reader_.Declare(push.origins()); !status.ok()) return status;
  for (const v1::Range& range : push.ranges()) {
    if (absl::Status status = OnRange(range, learned); !status.ok()) return status;
  }
  ++pushes_;
  return absl::OkStatus();
}

absl::Status InboundLink::OnRange(const v1::Range& range, Learned learned) {
  const std::optional<OriginIndex> origin = reader_.Find(range.origin());
  if (!origin) {
    return absl::InvalidArgumentError(absl::StrCat("origin ", range.origin(), " is undeclared"));
  }
  if (absl::Status status = FromWire(range, &updates_); !status.ok()) return status;
  const Store::Applied applied = store_->Apply(*origin, range.after(), range.through(), updates_);
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

bool InboundLink::HasNews(const VersionVector& vector) const {
  for (std::size_t origin = 0; origin < vector.size(); ++origin) {
    if (vector[origin] > (origin < told_.size() ? told_[origin] : 0)) return true;
  }
  return false;
}

bool InboundLink::NextAck(const VersionVector& vector, Nanos now, v1::Ack* ack) {
  if (!open_) return false;
  const bool delivered = pushes_ != pushes_told_;
  const bool due = now >= told_at_ + kLeisure && HasNews(vector);
  if (told_anything_ && !delivered && !due) return false;
  ack->Clear();
  told_.resize(vector.size());
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const auto origin = static_cast<OriginIndex>(i);
    const bool rewind = rewinds_.contains(origin);
    if (vector[i] == told_[i] && !rewind) continue;
    v1::Have* const have = ack->add_vector();
    have->set_origin(writer_.Number(origin, ack->mutable_origins()));
    have->set_through(vector[i]);
    if (rewind) have->set_rewind(true);
    told_[i] = vector[i];
  }
  rewinds_.clear();
  if (!told_anything_) ack->set_start_ns(own_.start_ns);
  ack->set_pushes(pushes_);
  pushes_told_ = pushes_;
  told_anything_ = true;
  told_at_ = now;
  return true;
}

std::optional<Nanos> InboundLink::Deadline(const VersionVector& vector) const {
  if (!open_ || !HasNews(vector)) return std::nullopt;
  return told_at_ + kLeisure;
}

}  // namespace herd::peer
