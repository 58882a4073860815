#include "tests/simulation/describe.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace herd::simulation {
namespace {

template <typename Declarations>
std::string DescribeOrigins(const Declarations& origins) {
  std::string text;
  for (const v1::Origin& origin : origins) {
    absl::StrAppend(&text, " names ", origin.server(), "@", origin.start_ns());
  }
  return text;
}

std::string Describe(const v1::Push& push) {
  std::string text = "push";
  if (push.has_hello()) absl::StrAppend(&text, " hello@", push.hello().start_ns());
  absl::StrAppend(&text, DescribeOrigins(push.origins()));
  for (const v1::Range& range : push.ranges()) {
    absl::StrAppend(&text, " ", range.repair() ? "repair " : "", range.origin(), ":(",
                    range.after(), ",", range.through(), "]x", range.updates_size());
  }
  if (push.leaving()) absl::StrAppend(&text, " leaving");
  return text;
}

std::string Describe(const v1::Ack& ack) {
  std::string text = absl::StrCat("ack of ", ack.pushes(), DescribeOrigins(ack.origins()));
  for (const v1::Have& have : ack.vector()) {
    absl::StrAppend(&text, " ", have.origin(), ":", have.through(), have.rewind() ? "<" : "");
  }
  if (ack.eager_size() > 0) absl::StrAppend(&text, " eager ", absl::StrJoin(ack.eager(), ","));
  if (ack.lazy_size() > 0) absl::StrAppend(&text, " lazy ", absl::StrJoin(ack.lazy(), ","));
  return text;
}

void Mix(std::uint64_t value, std::uint64_t* hash) {
  *hash = (*hash ^ value) * 0x9e3779b97f4a7c15;
  *hash ^= *hash >> 32;
}

void Mix(const v1::Push& push, std::uint64_t* hash) {
  for (const v1::Range& range : push.ranges()) {
    for (const std::uint64_t value : {std::uint64_t{range.origin()}, range.after(), range.through(),
                                      static_cast<std::uint64_t>(range.updates_size())}) {
      Mix(value, hash);
    }
  }
  Mix(push.leaving() ? 1 : 0, hash);
}

void Mix(const v1::Ack& ack, std::uint64_t* hash) {
  Mix(ack.pushes(), hash);
  for (const v1::Have& have : ack.vector()) {
    Mix(have.origin(), hash);
    Mix(have.through(), hash);
  }
  for (const std::uint32_t number : ack.eager()) Mix(number, hash);
  for (const std::uint32_t number : ack.lazy()) Mix(number, hash);
}

}  // namespace

std::string Describe(const v1::Packet& packet) {
  std::string text;
  if (packet.has_push()) text = Describe(packet.push());
  if (packet.has_ack()) absl::StrAppend(&text, text.empty() ? "" : "; ", Describe(packet.ack()));
  return text;
}

std::uint64_t Fingerprint(const v1::Packet& packet) {
  std::uint64_t hash = 1;
  if (packet.has_push()) Mix(packet.push(), &hash);
  Mix(packet.has_ack() ? 1 : 0, &hash);
  if (packet.has_ack()) Mix(packet.ack(), &hash);
  return hash;
}

}  // namespace herd::simulation
