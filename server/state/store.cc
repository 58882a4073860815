#include "server/state/store.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "server/state/expiry.h"

namespace herd {
namespace {

// A client says again what is stored, as after a reply that got lost: nothing new.
bool Repeats(const Update& update, const Record& record) {
  return update.fix == record.fix() && (update.fix.shape != 0 || update.text == record.text());
}

Update MakeUpdate(const Request& report, Sequence sequence) {
  return {.client_id = report.client_id,
          .sequence = sequence,
          .fix = report.fix,
          .text = report.text,
          .skew = report.skew};
}

void Note(Version version, Versions* versions) {
  for (Version& other : *versions) {
    if (other.origin != version.origin) continue;
    other.sequence = std::max(other.sequence, version.sequence);
    return;
  }
  versions->push_back(version);
}

// See UpdateLog::KeepLive.
std::size_t KeepLive(const RecordTable& records, OriginIndex origin, Sequence base,
                     absl::Span<UpdateLog::Step> steps) {
  constexpr std::size_t kAhead = 16;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (i + kAhead < steps.size()) records.PrefetchRecord(steps[i + kAhead].slot);
    const UpdateLog::Step step = steps[i];
    steps[kept] = step;
    kept += records[step.slot].IsUpdate(origin, base + step.distance) ? 1 : 0;
  }
  return kept;
}

}  // namespace

Store::Store(OriginId own, std::size_t most_clients) : most_clients_(most_clients) {
  origin_indexes_.emplace(own, kOwnOrigin);
  origins_.push_back({.id = own, .hash = HashOrigin(own)});
}

Store::Executed Store::Execute(absl::Span<Request> requests, std::vector<Sighting>* sightings) {
  Executed executed;
  absl::MutexLock lock(&mutex_);
  for (; !requests.empty(); requests.remove_prefix(std::min(kGroup, requests.size()))) {
    ExecuteGroup(requests.first(std::min(kGroup, requests.size())), sightings, &executed);
  }
  if (executed.updates > 0) Note({kOwnOrigin, origins_[kOwnOrigin].through}, &executed.reported);
  return executed;
}

template <typename Items>
void Store::LookAhead(const Items& items, Ahead* ahead) const {
  for (std::size_t i = 0; i < items.size(); ++i) {
    ahead->hashes[i] = RecordTable::Hash(items[i].client_id);
    records_.PrefetchCell(ahead->hashes[i]);
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    ahead->candidates[i] = records_.PrefetchCandidate(ahead->hashes[i]);
  }
}

RecordTable::Entry Store::FindOrInsert(std::string_view client_id, const Ahead& ahead,
                                       std::size_t item) {
  const Slot candidate = ahead.candidates[item];
  if (records_.IsOf(candidate, client_id)) return {candidate, false};
  return records_.FindOrInsert(client_id, ahead.hashes[item]);
}

void Store::ExecuteGroup(absl::Span<Request> requests, std::vector<Sighting>* sightings,
                         Executed* executed) {
  Ahead ahead;
  LookAhead(requests, &ahead);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    Request& request = requests[i];
    const bool tells =
        request.kind == Request::Kind::kReport || request.kind == Request::Kind::kRelay;
    if (tells && IsToBeRefused(request.client_id, ahead, i)) {
      request.kind = Request::Kind::kRefused;
      ++executed->refused;
    } else if (request.kind == Request::Kind::kReport) {
      Report(request, FindOrInsert(request.client_id, ahead, i), executed);
    } else if (request.kind == Request::Kind::kRelay) {
      Relay(request, ahead, i, executed);
    } else if (Sighting sighting; request.kind == Request::Kind::kLookup &&
                                  LookUp(request.client_id, ahead.hashes[i], &sighting)) {
      request.sighting = static_cast<std::int32_t>(sightings->size());
      sightings->push_back(std::move(sighting));
    }
  }
  DropSuperseded(kOwnOrigin);
}

bool Store::IsToBeRefused(std::string_view client_id, const Ahead& ahead, std::size_t item) const {
  return records_.size() >= most_clients_ && !records_.IsOf(ahead.candidates[item], client_id) &&
         records_.Find(client_id, ahead.hashes[item]) == nullptr;
}

void Store::Report(const Request& request, RecordTable::Entry entry, Executed* executed) {
  OriginState& own = origins_[kOwnOrigin];
  const Update update = MakeUpdate(request, own.through + 1);
  if (!entry.inserted) {
    const Record& record = records_[entry.slot];
    if (Repeats(update, record) || !Supersedes(kOwnOrigin, update, record)) {
      return Note({record.origin(), record.sequence()}, &executed->reported);
    }
  }
  Replace(entry, kOwnOrigin, update);
  own.through = update.sequence;
  ++executed->updates;
}

void Store::Relay(const Request& request, const Ahead& ahead, std::size_t item,
                  Executed* executed) {
  if (ReceivedAt(request.fix.time, request.skew) < too_old_) return;
  const RecordTable::Entry entry = FindOrInsert(request.client_id, ahead, item);
  if (!entry.inserted && request.fix.time <= records_[entry.slot].time()) return;
  OriginState& own = origins_[kOwnOrigin];
  Update update = MakeUpdate(request, own.through + 1);
  if (request.server != own.id.server) update.server = request.server;
  Replace(entry, kOwnOrigin, update);
  own.through = update.sequence;
  ++executed->relayed;
}

bool Store::LookUp(std::string_view client_id, std::uint64_t hash, Sighting* sighting) const {
  const Record* const record = records_.Find(client_id, hash);
  if (record == nullptr) return false;
  sighting->server = record->server() == ServerNames::kNone ? origins_[record->origin()].id.server
                                                            : servers_.Name(record->server());
  sighting->skew = record->skew();
  const Fix fix = record->fix();
  if (fix.shape != 0) {
    AppendPosition(fix, &sighting->position);
    AppendTime(fix, &sighting->time);
  } else {
    sighting->position = record->text().position;
    sighting->time = record->text().time;
  }
  return true;
}

bool Store::Supersedes(OriginIndex origin, const Update& update, const Record& record) const {
  if (update.fix.time != record.time()) return update.fix.time > record.time();
  if (origin != record.origin()) return origins_[origin].id > origins_[record.origin()].id;
  return update.sequence > record.sequence();
}

void Store::Replace(RecordTable::Entry entry, OriginIndex origin, const Update& update) {
  Record& record = records_[entry.slot];
  if (!entry.inserted) {
    const Version old{record.origin(), record.sequence()};
    digest_.sum -= DigestOf(origins_[old.origin].hash, old.sequence);
    superseded_.push_back(old);
  }
  digest_.sum += DigestOf(origins_[origin].hash, update.sequence);
  record.SetUpdate(origin, update, servers_.Intern(update.server));
  origins_[origin].log.Append(update.sequence, entry.slot);
}

void Store::DropSuperseded(OriginIndex appended) {
  static_assert(kGroup <= UpdateLog::kBlockEntries);
  DropSupersededOf(appended);
  while (!superseded_.empty()) DropSupersededOf(superseded_.back().origin);
}

void Store::DropSupersededOf(OriginIndex origin) {
  std::array<Sequence, kGroup> sequences;
  std::size_t count = 0;
  std::size_t others = 0;
  for (const Version version : superseded_) {
    if (version.origin == origin) {
      sequences[count++] = version.sequence;
    } else {
      superseded_[others++] = version;
    }
  }
  superseded_.resize(others);
  origins_[origin].log.Drop(absl::MakeSpan(sequences).first(count),
                            [&](Sequence base, absl::Span<UpdateLog::Step> steps)
                                ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
                                  return KeepLive(records_, origin, base, steps);
                                });
}

std::optional<OriginIndex> Store::Intern(const OriginId& id) {
  absl::MutexLock lock(&mutex_);
  if (const auto known = origin_indexes_.find(id); known != origin_indexes_.end()) {
    return known->second;
  }
  if (origins_.size() > std::numeric_limits<OriginIndex>::max()) return std::nullopt;
  const auto index = static_cast<OriginIndex>(origins_.size());
  origins_.push_back({.id = id, .hash = HashOrigin(id)});
  origin_indexes_.emplace(id, index);
  return index;
}

OriginId Store::Origin(OriginIndex origin) const {
  absl::MutexLock lock(&mutex_);
  return origins_[origin].id;
}

std::size_t Store::origins() const {
  absl::MutexLock lock(&mutex_);
  return origins_.size();
}

Store::Applied Store::Apply(OriginIndex origin, Sequence after, Sequence through,
                            absl::Span<const Update> updates) {
  absl::MutexLock lock(&mutex_);
  return ApplyLocked(origin, after, through, false, updates);
}

Store::Applied Store::Repair(OriginIndex origin, Sequence after, Sequence through,
                             absl::Span<const Update> updates) {
  absl::MutexLock lock(&mutex_);
  return ApplyLocked(origin, after, through, true, updates);
}

Store::Applied Store::ApplyLocked(OriginIndex origin, Sequence after, Sequence through, bool repair,
                                  absl::Span<const Update> updates) {
  OriginState& state = origins_[origin];
  if (origin == kOwnOrigin && through > state.through) {
    return {.beyond_own = true, .through = state.through};
  }
  if (after > state.through) return {.gap = true, .through = state.through};
  std::size_t duplicates = 0;
  if (!repair) {
    const auto fresh = std::partition_point(
        updates.begin(), updates.end(),
        [&](const Update& update) { return update.sequence <= state.through; });
    duplicates = static_cast<std::size_t>(fresh - updates.begin());
    updates.remove_prefix(duplicates);
  }
  const std::uint64_t sum = digest_.sum;
  for (; !updates.empty(); updates.remove_prefix(std::min(kGroup, updates.size()))) {
    ApplyGroup(origin, updates.first(std::min(kGroup, updates.size())));
  }
  if (repair && digest_.sum != sum) ++repaired_;
  state.through = std::max(state.through, through);
  return {.through = state.through, .duplicates = duplicates};
}

void Store::ApplyGroup(OriginIndex origin, absl::Span<const Update> updates) {
  Ahead ahead;
  LookAhead(updates, &ahead);
  for (std::size_t i = 0; i < updates.size(); ++i) {
    if (ReceivedAt(updates[i].fix.time, updates[i].skew) < too_old_) continue;
    const RecordTable::Entry entry = FindOrInsert(updates[i].client_id, ahead, i);
    if (entry.inserted || Supersedes(origin, updates[i], records_[entry.slot])) {
      Replace(entry, origin, updates[i]);
    }
  }
  DropSuperseded(origin);
}

Update Store::ToUpdate(const Record& record) const {
  Update update = record.update();
  update.server = servers_.Name(record.server());
  return update;
}

template <typename Visit>
Sequence Store::VisitLive(OriginIndex origin, Sequence after, const Visit& visit) const {
  std::array<UpdateLog::Entry, kGroup> entries;
  const OriginState& state = origins_[origin];
  for (;;) {
    const std::size_t count = state.log.Read(after, absl::MakeSpan(entries));
    for (std::size_t i = 0; i < count; ++i) records_.PrefetchRecord(entries[i].slot);
    for (std::size_t i = 0; i < count; ++i) {
      after = entries[i].sequence;
      const Record& record = records_[entries[i].slot];
      if (record.IsUpdate(origin, after) && !visit(record)) return after;
    }
    if (count < entries.size()) return std::max(after, state.through);
  }
}

Sequence Store::Collect(OriginIndex origin, Sequence after,
                        absl::FunctionRef<bool(const Update&)> visit) const {
  absl::MutexLock lock(&mutex_);
  return VisitLive(origin, after, [&](const Record& record) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return visit(ToUpdate(record));
  });
}

bool Store::Find(std::string_view client_id,
                 absl::FunctionRef<void(OriginIndex, const Update&)> visit) const {
  const std::uint64_t hash = RecordTable::Hash(client_id);
  absl::MutexLock lock(&mutex_);
  const Record* const record = records_.Find(client_id, hash);
  if (record == nullptr) return false;
  visit(record->origin(), ToUpdate(*record));
  return true;
}

Slot Store::Scan(Slot from, std::size_t count,
                 absl::FunctionRef<void(Slot, OriginIndex, const Update&)> visit) const {
  absl::MutexLock lock(&mutex_);
  const std::size_t end = std::max<std::size_t>(from, std::min(records_.slots(), from + count));
  for (Slot slot = from; slot < end; ++slot) {
    const Record& record = records_[slot];
    if (!record.is_vacant()) visit(slot, record.origin(), ToUpdate(record));
  }
  return static_cast<Slot>(end);
}

std::size_t Store::Forget(Nanos before) {
  {
    absl::MutexLock lock(&mutex_);
    too_old_ = before;
    digest_.forgotten_before.reset();
  }
  std::size_t forgotten = 0;
  Slot from = 0;
  for (;;) {
    const Slot next = ForgetSome(from, &forgotten);
    if (next == from) return forgotten;
    from = next;
  }
}

Slot Store::ForgetSome(Slot from, std::size_t* forgotten) {
  absl::MutexLock lock(&mutex_);
  const auto end = static_cast<Slot>(std::min<std::size_t>(records_.slots(), from + kForgetLook));
  Slot slot = from;
  for (; slot < end && superseded_.size() < kGroup; ++slot) {
    const Record& record = records_[slot];
    if (record.is_vacant() || record.received() >= too_old_) continue;
    digest_.sum -= DigestOf(origins_[record.origin()].hash, record.sequence());
    superseded_.push_back({record.origin(), record.sequence()});
    records_.Erase(slot);
  }
  *forgotten += superseded_.size();
  forgotten_ += superseded_.size();
  while (!superseded_.empty()) DropSupersededOf(superseded_.back().origin);
  if (slot == records_.slots()) digest_.forgotten_before = too_old_;
  return slot;
}

std::uint64_t Store::forgotten() const {
  absl::MutexLock lock(&mutex_);
  return forgotten_;
}

Slot Store::slots() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<Slot>(records_.slots());
}

std::uint64_t Store::repaired() const {
  absl::MutexLock lock(&mutex_);
  return repaired_;
}

void Store::ReadVector(VersionVector* vector) const {
  MapDigest digest;
  ReadVector(vector, &digest);
}

void Store::ReadVector(VersionVector* vector, MapDigest* digest) const {
  absl::MutexLock lock(&mutex_);
  *digest = digest_;
  vector->clear();
  for (const OriginState& origin : origins_) vector->push_back(origin.through);
}

std::size_t Store::clients() const {
  absl::MutexLock lock(&mutex_);
  return records_.size();
}

std::size_t Store::log_length() const {
  absl::MutexLock lock(&mutex_);
  std::size_t length = 0;
  for (const OriginState& origin : origins_) length += origin.log.length();
  return length;
}

}  // namespace herd
