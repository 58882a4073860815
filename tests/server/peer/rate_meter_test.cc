#include "server/peer/rate_meter.h"

#include "gtest/gtest.h"

namespace herd::peer {
namespace {

TEST(ARateMeter, SaysNothingBeforeThereAreTwoSamples) {
  RateMeter meter;
  EXPECT_EQ(meter.PerSecond(), 0);
  meter.Note(100, 0);
  EXPECT_EQ(meter.PerSecond(), 0);
}

TEST(ARateMeter, SaysHowMuchASecondHasBrought) {
  RateMeter meter;
  for (Nanos second = 0; second < 5; ++second) {
    meter.Note(static_cast<std::uint64_t>(10 * second), second * kNanosPerSecond);
  }
  EXPECT_DOUBLE_EQ(meter.PerSecond(), 10);
}

TEST(ARateMeter, ForgetsWhatIsOlderThanItsWindow) {
  RateMeter meter;
  meter.Note(0, 0);
  for (Nanos second = 1; second <= 12; ++second) meter.Note(1000, second * kNanosPerSecond);
  EXPECT_EQ(meter.PerSecond(), 0);
}

TEST(ARateMeter, MayBeAskedAsOftenAsOneLikes) {
  RateMeter meter;
  for (Nanos at = 0; at <= kNanosPerSecond; at += kNanosPerMillisecond) {
    meter.Note(static_cast<std::uint64_t>(at), at);
  }
  EXPECT_DOUBLE_EQ(meter.PerSecond(), kNanosPerSecond);
}

}  // namespace
}  // namespace herd::peer
