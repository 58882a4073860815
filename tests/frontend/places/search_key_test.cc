#include "frontend/places/search_key.h"

#include <string>

#include "gtest/gtest.h"

namespace herd::places {
namespace {

std::string Key(const std::string& location, const std::string& radius_m = "10000",
                int results = 20) {
  return SharedKey({location, radius_m, 5}, results);
}

TEST(Rounded, GoesToTheNearestUnitInWholeNumbers) {
  EXPECT_EQ(Rounded("34.068930"), 3'406'893);
  EXPECT_EQ(Rounded("34.0689349"), 3'406'893);
  EXPECT_EQ(Rounded("34.068935"), 3'406'894);
  EXPECT_EQ(Rounded("-118.445127"), -11'844'513);
  EXPECT_EQ(Rounded("-0.000004"), 0);
  EXPECT_EQ(Rounded("-0.000005"), -1);
  EXPECT_EQ(Rounded("89.999999"), 9'000'000);
  EXPECT_EQ(Rounded("7"), 700'000);
  EXPECT_EQ(Rounded("7.5"), 750'000);
  EXPECT_EQ(Rounded("000000000000000000000000034.0" + std::string(9000, '0')), 3'400'000);
}

TEST(SharedKey, IsTheSameWithinAMetreAndNotBeyond) {
  EXPECT_EQ(Key("34.068930,-118.445127"), Key("34.06893,-118.4451299"));
  EXPECT_EQ(Key("34.068930,-118.445127"), Key("034.0689300000,-118.445130"));
  EXPECT_NE(Key("34.06893,-118.44513"), Key("34.06894,-118.44513"));
  EXPECT_NE(Key("34.06893,-118.44513"), Key("34.06893,-118.44514"));
  EXPECT_NE(Key("1,2"), Key("1,-2"));
  EXPECT_NE(Key("1,23"), Key("12,3"));
}

TEST(SharedKey, HoldsTheRadiusAndHowManyAreAskedFor) {
  EXPECT_NE(Key("1,2", "10000"), Key("1,2", "10000.5"));
  EXPECT_NE(Key("1,2", "10000", 20), Key("1,2", "10000", 5));
}

TEST(SharedKey, DoesNotHoldTheBound) {
  EXPECT_EQ(SharedKey({"1,2", "10", 5}, 20), SharedKey({"1,2", "10", 7}, 20));
}

TEST(ExactKey, HoldsEveryDigit) {
  EXPECT_NE(ExactKey({"34.0689300,1", "10", 5}, 20), ExactKey({"34.0689301,1", "10", 5}, 20));
  EXPECT_EQ(ExactKey({"34.0689300,1", "10", 5}, 20), ExactKey({"34.0689300,1", "10", 7}, 20));
}

}  // namespace
}  // namespace herd::places
