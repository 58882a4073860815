#include "server/peer/outbound_link.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/peer/wire.h"

namespace herd::peer {
namespace {

// Of what is indexed by origin.
std::uint64_t& At(std::vector<std::uint64_t>& vector, OriginIndex origin) {
  if (origin >= vector.size()) vector.resize(origin + std::size_t{1});
  return vector[origin];
}

std::uint64_t Get(const std::vector<std::uint64_t>& vector, OriginIndex origin) {
  return origin < vector.size() ? vector[origin] : 0;
}

std::size_t WireSize(const Update& update) {
  constexpr std::size_t kNumbers = 48;
  return update.client_id.size() + update.text.position.size() + update.text.time.size() + kNumbers;
}

}  // namespace

OutboundLink::OutboundLink(Store* store, v1::Hello hello)
    : store_(store), hello_(std::move(hello)), writer_(store), reader_(store) {}

void OutboundLink::Open() {
  Close();
  open_ = true;
  writer_ = OriginWriter(store_);
  reader_ = OriginReader(store_);
  announced_.clear();
  turned_.clear();
  eager_.clear();
  acknowledged_.clear();
  shown_.clear();
  covered_.clear();
  awaited_.clear();
  to_ask_.clear();
  rewound_at_push_.clear();
  digest_.reset();
  repaired_digest_.reset();
  repair_through_.clear();
  pushes_sent_ = pushes_acknowledged_ = leave_sent_at_push_ = 0;
  last_push_full_ = false;
  next_origin_ = 0;
}

void OutboundLink::Close() { open_ = hello_sent_ = up_ = false; }

absl::Status OutboundLink::OnAck(const v1::Ack& ack) {
  announced_.clear();
  turned_.clear();
  if (!open_) return absl::OkStatus();
  if (absl::Status status = reader_.Declare(ack.origins()); !status.ok()) return status;
  if (ack.pushes() < pushes_acknowledged_ || ack.pushes() > pushes_sent_) {
    return absl::InvalidArgumentError(
        absl::StrCat(ack.pushes(), " pushes acknowledged of ", pushes_sent_, " sent"));
  }
  pushes_acknowledged_ = ack.pushes();
  for (const v1::Have& have : ack.vector()) {
    const absl::StatusOr<OriginIndex> origin = Find(have.origin());
    if (!origin.ok()) return origin.status();
    OnHave(*origin, have);
  }
  if (absl::Status status = Turn(ack.eager(), true); !status.ok()) return status;
  if (absl::Status status = Turn(ack.lazy(), false); !status.ok()) return status;
  digest_.reset();
  if (ack.has_digest())
    digest_ = {.sum = ack.digest(), .forgotten_before = ack.forgotten_before_ns()};
  up_ = true;
  return absl::OkStatus();
}

absl::StatusOr<OriginIndex> OutboundLink::Find(std::uint32_t number) const {
  const std::optional<OriginIndex> origin = reader_.Find(number);
  if (origin) return *origin;
  return absl::InvalidArgumentError(absl::StrCat("origin ", number, " is undeclared"));
}

absl::Status OutboundLink::Turn(const google::protobuf::RepeatedField<std::uint32_t>& numbers,
                                bool eager) {
  for (const std::uint32_t number : numbers) {
    const absl::StatusOr<OriginIndex> origin = Find(number);
    if (!origin.ok()) return origin.status();
    if (*origin >= eager_.size()) eager_.resize(*origin + std::size_t{1});
    eager_[*origin] = eager;
    turned_.push_back(*origin);
  }
  return absl::OkStatus();
}

bool OutboundLink::IsEager(OriginIndex origin) const {
  return origin < eager_.size() && eager_[origin];
}

Sequence OutboundLink::Acknowledged(OriginIndex origin) const { return Get(acknowledged_, origin); }

bool OutboundLink::Has(OriginIndex origin, Sequence through) const {
  return std::max(Get(shown_, origin), Acknowledged(origin)) >= through;
}

void OutboundLink::Await(OriginIndex origin, Sequence through) {
  if (!up_ || Has(origin, through)) return;
  Sequence& awaited = awaited_[origin];
  if (through <= awaited) return;
  awaited = through;
  to_ask_.insert(origin);
}

void OutboundLink::OnHave(OriginIndex origin, const v1::Have& have) {
  At(acknowledged_, origin) = have.through();
  NoteHas(origin, have.through());
  announced_.push_back(origin);
  Sequence& covered = At(covered_, origin);
  std::uint64_t& rewound_at_push = At(rewound_at_push_, origin);
  if (have.rewind() && pushes_acknowledged_ > rewound_at_push) {
    covered = have.through();
    rewound_at_push = pushes_sent_;
  }
  CountAsCovered(origin, have.through());
}

void OutboundLink::NoteHas(OriginIndex origin, Sequence through) {
  const auto awaited = awaited_.find(origin);
  if (awaited == awaited_.end() || through < awaited->second) return;
  awaited_.erase(awaited);
  to_ask_.erase(origin);
}

void OutboundLink::CountAsCovered(OriginIndex origin, Sequence through) {
  Sequence& covered = At(covered_, origin);
  // What is being repaired the neighbour believes to have already.
  if (covered >= At(repair_through_, origin)) covered = std::max(covered, through);
}

void OutboundLink::NeighborHas(OriginIndex origin, Sequence through) {
  if (!up_) return;
  Sequence& shown = At(shown_, origin);
  shown = std::max(shown, through);
  NoteHas(origin, through);
  CountAsCovered(origin, through);
}

bool OutboundLink::Differs(const VersionVector& vector, const MapDigest& digest) const {
  if (!up_ || !digest_ || !digest_->IsComparable(digest)) return false;
  if (digest_->sum == digest.sum || repaired_digest_ == digest) return false;
  for (std::size_t i = 0; i < std::max(vector.size(), acknowledged_.size()); ++i) {
    const Sequence own = i < vector.size() ? vector[i] : 0;
    if (own != Acknowledged(static_cast<OriginIndex>(i))) return false;
  }
  return true;
}

void OutboundLink::Repair(const VersionVector& vector, const MapDigest& digest) {
  repaired_digest_ = digest;
  repair_through_ = vector;
  covered_.assign(vector.size(), 0);
}

bool OutboundLink::NextPush(const VersionVector& vector, bool rides, v1::Push* push) {
  if (!open_) return false;
  push->Clear();
  if (!hello_sent_) {
    *push->mutable_hello() = hello_;
    return hello_sent_ = true;
  }
  if (!up_) return false;
  const bool tell_leave = leaving_ && leave_sent_at_push_ == 0;
  const bool may_ride = rides && UnderWay() < kMaxPushesUnderWay;
  if (!tell_leave && !may_ride && !MayPush()) return false;
  last_push_full_ = !AddRanges(vector, push);
  AddAwaited(push);
  if (push->ranges().empty() && push->awaited().empty() && !tell_leave) return false;
  ++pushes_sent_;
  if (tell_leave) {
    push->set_leaving(true);
    leave_sent_at_push_ = pushes_sent_;
  }
  return true;
}

bool OutboundLink::MayPush() const {
  return UnderWay() == 0 || (last_push_full_ && UnderWay() < kMaxPushesUnderWay);
}

bool OutboundLink::HasUpdates(const VersionVector& vector) const {
  if (!is_ready()) return false;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const auto origin = static_cast<OriginIndex>(i);
    if (vector[i] > Covered(origin) && IsWanted(origin)) return true;
  }
  return false;
}

bool OutboundLink::AddRanges(const VersionVector& vector, v1::Push* push) {
  std::size_t updates = 0;
  std::size_t bytes = 0;
  if (next_origin_ >= vector.size()) next_origin_ = 0;
  const std::size_t after = vector.size() - next_origin_;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    const auto origin = static_cast<OriginIndex>(i < after ? next_origin_ + i : i - after);
    if (vector[origin] <= Covered(origin) || !IsWanted(origin)) continue;
    if (AddRange(origin, push, &updates, &bytes)) continue;
    next_origin_ = static_cast<OriginIndex>(origin + 1);
    return false;
  }
  return true;
}

Sequence OutboundLink::Covered(OriginIndex origin) const { return Get(covered_, origin); }

bool OutboundLink::IsWanted(OriginIndex origin) const {
  return IsEager(origin) || Covered(origin) < Get(repair_through_, origin);
}

void OutboundLink::AddAwaited(v1::Push* push) {
  for (const OriginIndex origin : to_ask_) {
    v1::Awaited* const awaited = push->add_awaited();
    awaited->set_origin(writer_.Number(origin, push->mutable_origins()));
    awaited->set_through(awaited_[origin]);
  }
  to_ask_.clear();
}

bool OutboundLink::AddRange(OriginIndex origin, v1::Push* push, std::size_t* updates,
                            std::size_t* bytes) {
  Sequence& covered = At(covered_, origin);
  v1::Range* const range = push->add_ranges();
  range->set_origin(writer_.Number(origin, push->mutable_origins()));
  range->set_after(covered);
  range->set_repair(covered < At(repair_through_, origin));
  Sequence previous = covered;
  const auto has_room = [&] { return *updates < kMaxUpdatesPerPush && *bytes < kMaxBytesPerPush; };
  covered = store_->Collect(origin, covered, [&](const Update& update) {
    ToWire(update, previous, range->add_updates());
    previous = update.sequence;
    ++*updates;
    *bytes += WireSize(update);
    return has_room();
  });
  range->set_through(covered);
  return has_room();
}

std::uint64_t OutboundLink::Lag(const VersionVector& vector) const {
  std::uint64_t lag = 0;
  for (std::size_t origin = 0; origin < vector.size(); ++origin) {
    const Sequence had = Acknowledged(static_cast<OriginIndex>(origin));
    lag += vector[origin] - std::min(had, vector[origin]);
  }
  return lag;
}

}  // namespace herd::peer
