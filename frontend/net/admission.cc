#include "frontend/net/admission.h"

#include <algorithm>

namespace herd::net {
namespace {

constexpr Address kV4Prefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

// Whose address it is: nobody is given less of IPv6 than all that share their first 64 bits
// (RFC 6177).
Address HolderOf(const Address& address) {
  if (std::equal(address.begin(), address.begin() + 12, kV4Prefix.begin())) return address;
  Address holder{};
  std::copy_n(address.begin(), 8, holder.begin());
  return holder;
}

}  // namespace

Admission::Verdict Admission::Enter(const Address& address) {
  absl::MutexLock lock(&mutex_);
  if (inside() >= limits_->connections) return Verdict::kFull;
  std::size_t& theirs = of_holder_[HolderOf(address)];
  if (theirs >= limits_->connections_per_address) return Verdict::kFullForAddress;
  ++theirs;
  inside_.fetch_add(1, std::memory_order_relaxed);
  return Verdict::kAdmitted;
}

void Admission::Leave(const Address& address) {
  absl::MutexLock lock(&mutex_);
  inside_.fetch_sub(1, std::memory_order_relaxed);
  const auto theirs = of_holder_.find(HolderOf(address));
  if (--theirs->second == 0) of_holder_.erase(theirs);
}

}  // namespace herd::net
