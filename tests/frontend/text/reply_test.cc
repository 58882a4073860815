#include "frontend/text/reply.h"

#include <limits>
#include <string>

#include "absl/strings/str_format.h"
#include "gtest/gtest.h"

namespace herd::text {
namespace {

std::string At(Nanos skew, const FixText& text = {"+1+1", "1"}) {
  std::string out;
  AppendAt("Goloman", skew, "kiwi", text, &out);
  return out;
}

TEST(AnAtLine, IsServerDifferenceAndTheOperandsAsTheyCame) {
  std::string out = "before ";
  AppendAt("Goloman", 263'873'386, "kiwi.cs.ucla.edu",
           {"+34.068930-118.445127", "1520023934.918963997"}, &out);
  EXPECT_EQ(out,
            "before AT Goloman +0.263873386 kiwi.cs.ucla.edu +34.068930-118.445127 "
            "1520023934.918963997\n");
}

TEST(AnAtLine, IsTheSameOfOperandsThatStandTogether) {
  std::string out = "before ";
  AppendAt("Goloman", -42, "kiwi +1+1 1", &out);
  EXPECT_EQ(out, "before AT Goloman -0.000000042 kiwi +1+1 1\n");
}

TEST(ADifference, HasEachOfItsDigits) {
  for (Nanos skew = 1, digit = 1; skew < 1'000'000'000'000; skew = skew * 10 + ++digit % 10) {
    for (const Nanos near : {skew - 1, skew, skew + 1, 10 * skew}) {
      const std::string expected = absl::StrFormat("AT Goloman +%d.%09d kiwi +1+1 1\n",
                                                   near / 1'000'000'000, near % 1'000'000'000);
      EXPECT_EQ(At(near), expected);
    }
  }
}

TEST(ADifference, AlwaysHasASignAndNineDecimals) {
  EXPECT_EQ(At(0), "AT Goloman +0.000000000 kiwi +1+1 1\n");
  EXPECT_EQ(At(1), "AT Goloman +0.000000001 kiwi +1+1 1\n");
  EXPECT_EQ(At(5'000'000'000), "AT Goloman +5.000000000 kiwi +1+1 1\n");
  EXPECT_EQ(At(120'500'000'000), "AT Goloman +120.500000000 kiwi +1+1 1\n");
}

TEST(ADifference, KeepsItsSignBelowASecond) {
  EXPECT_EQ(At(-1), "AT Goloman -0.000000001 kiwi +1+1 1\n");
  EXPECT_EQ(At(-999'999'999), "AT Goloman -0.999999999 kiwi +1+1 1\n");
  EXPECT_EQ(At(-1'000'000'000), "AT Goloman -1.000000000 kiwi +1+1 1\n");
}

TEST(ADifference, IsExactAtTheEndsOfItsRange) {
  EXPECT_EQ(At(std::numeric_limits<Nanos>::max()),
            "AT Goloman +9223372036.854775807 kiwi +1+1 1\n");
  EXPECT_EQ(At(std::numeric_limits<Nanos>::min()),
            "AT Goloman -9223372036.854775808 kiwi +1+1 1\n");
}

TEST(ADifference, IsNoDouble) {
  // 2^53 + 1 nanoseconds, which no double holds.
  EXPECT_EQ(At(9'007'199'254'740'993), "AT Goloman +9007199.254740993 kiwi +1+1 1\n");
}

TEST(AnInvalidLine, ComesBackUnchangedBehindAQuestionMark) {
  std::string out;
  AppendInvalid(std::string_view("\xff\0 x\t ", 6), &out);
  EXPECT_EQ(out, std::string("? \xff\0 x\t \n", 9));
}

TEST(ThePlaces, AreFollowedByAnEmptyLine) {
  std::string out = "AT\n{}";
  AppendEndOfPlaces(&out);
  EXPECT_EQ(out, "AT\n{}\n\n");
}

}  // namespace
}  // namespace herd::text
