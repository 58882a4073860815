#include "frontend/net/admission.h"

#include <optional>

#include "gtest/gtest.h"

namespace herd::net {
namespace {

using Verdict = Admission::Verdict;

Address V4(std::uint8_t last) { return {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, last}; }

// 2001:db8:0:NETWORK::HOST
Address V6(std::uint8_t network, std::uint8_t host) {
  return {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, network, 0, 0, 0, 0, 0, 0, 0, host};
}

TEST(Admission, AdmitsSoManyInAll) {
  const Limits limits = {.connections = 2, .connections_per_address = 2};
  Admission admission(&limits);
  EXPECT_EQ(admission.Enter(V4(1)), Verdict::kAdmitted);
  EXPECT_EQ(admission.Enter(V4(2)), Verdict::kAdmitted);
  EXPECT_EQ(admission.Enter(V4(3)), Verdict::kFull);
  EXPECT_EQ(admission.inside(), 2u);
  admission.Leave(V4(1));
  EXPECT_EQ(admission.Enter(V4(3)), Verdict::kAdmitted);
}

TEST(Admission, AdmitsSoManyOfAnAddress) {
  const Limits limits = {.connections = 10, .connections_per_address = 2};
  Admission admission(&limits);
  EXPECT_EQ(admission.Enter(V4(1)), Verdict::kAdmitted);
  EXPECT_EQ(admission.Enter(V4(1)), Verdict::kAdmitted);
  EXPECT_EQ(admission.Enter(V4(1)), Verdict::kFullForAddress);
  EXPECT_EQ(admission.Enter(V4(2)), Verdict::kAdmitted);
  admission.Leave(V4(1));
  EXPECT_EQ(admission.Enter(V4(1)), Verdict::kAdmitted);
  EXPECT_EQ(admission.Enter(V4(1)), Verdict::kFullForAddress);
  EXPECT_EQ(admission.inside(), 3u);
}

TEST(Admission, TakesSixtyFourBitsOfIpV6ForOneAddress) {
  const Limits limits = {.connections = 10, .connections_per_address = 1};
  Admission admission(&limits);
  EXPECT_EQ(admission.Enter(V6(1, 1)), Verdict::kAdmitted);
  EXPECT_EQ(admission.Enter(V6(1, 2)), Verdict::kFullForAddress);
  EXPECT_EQ(admission.Enter(V6(2, 1)), Verdict::kAdmitted);
  admission.Leave(V6(1, 1));
  EXPECT_EQ(admission.Enter(V6(1, 2)), Verdict::kAdmitted);
}

TEST(Seat, IsFreeAgainOnceWhenItGoesHoweverOftenItHasMoved) {
  const Limits limits = {.connections = 1, .connections_per_address = 1};
  Admission admission(&limits);
  ASSERT_EQ(admission.Enter(V4(1)), Verdict::kAdmitted);
  {
    std::optional<Admission::Seat> first(std::in_place, &admission, V4(1));
    const Admission::Seat second(*std::move(first));
    first.reset();
    EXPECT_EQ(admission.Enter(V4(1)), Verdict::kFull);
  }
  EXPECT_EQ(admission.inside(), 0u);
  EXPECT_EQ(admission.Enter(V4(1)), Verdict::kAdmitted);
}

}  // namespace
}  // namespace herd::net
