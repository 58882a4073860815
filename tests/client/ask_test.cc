#include "client/commands/ask.h"

#include "gtest/gtest.h"

namespace herd::client {
namespace {

TEST(ToClientTime, AlwaysHasNineDecimals) {
  EXPECT_EQ(ToClientTime(1520023934918963997), "1520023934.918963997");
  EXPECT_EQ(ToClientTime(1520023934000000001), "1520023934.000000001");
  EXPECT_EQ(ToClientTime(0), "0.000000000");
}

}  // namespace
}  // namespace herd::client
