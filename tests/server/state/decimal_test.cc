#include "server/state/decimal.h"

#include <string>

#include "gtest/gtest.h"

namespace herd {
namespace {

TEST(Decimal, IsDigitsAndOptionallyAPointWithDigits) {
  const auto number = ParseDecimal("0034.0680");
  ASSERT_TRUE(number);
  EXPECT_EQ(number->whole, 34u);
  EXPECT_EQ(number->whole_digits, 4u);
  EXPECT_EQ(number->fraction, 680u);
  EXPECT_EQ(number->decimals, 4u);
  EXPECT_FALSE(number->fraction_is_zero);
}

TEST(Decimal, WithoutAPointHasNoDecimals) {
  const auto number = ParseDecimal("7");
  ASSERT_TRUE(number);
  EXPECT_EQ(number->decimals, 0u);
  EXPECT_TRUE(number->fraction_is_zero);
}

TEST(Decimal, IsNothingElse) {
  for (const char* text : {"", ".", ".5", "5.", "+5", "-5", "5.5.5", "1e3", "inf", "nan", " 5",
                           "5 ", "0x10", "5,5", "\xd9\xa3"}) {
    EXPECT_FALSE(ParseDecimal(text)) << text;
  }
  EXPECT_FALSE(ParseDecimal(std::string("5\0", 2)));
}

TEST(Decimal, SaturatesInsteadOfOverflowing) {
  EXPECT_EQ(ParseDecimal("99999999999999999")->whole, 99'999'999'999'999'999u);
  for (const std::string text : {"100000000000000001", "18446744073709551616",
                                 "99999999999999999999999999999999999999999"}) {
    EXPECT_EQ(ParseDecimal(text)->whole, Decimal::kSaturated) << text;
  }
  EXPECT_EQ(ParseDecimal(std::string(8000, '9'))->whole_digits, 8000u);
}

TEST(Decimal, KeepsFifteenDecimalsAndWhetherAnyFurtherIsNotZero) {
  const auto tiny = ParseDecimal("0.0000000000000000000000000001");
  EXPECT_EQ(tiny->fraction, 0u);
  EXPECT_EQ(tiny->decimals, 28u);
  EXPECT_FALSE(tiny->fraction_is_zero);
  EXPECT_EQ(ParseDecimal("0.1234567890123459")->fraction, 123456789012345u);
  EXPECT_TRUE(ParseDecimal("0." + std::string(8000, '0'))->fraction_is_zero);
}

TEST(Decimal, IsConsumedFromTheFront) {
  std::string_view text = "12.50-3";
  EXPECT_EQ(ConsumeDecimal(text)->fraction, 50u);
  EXPECT_EQ(text, "-3");
}

TEST(Decimal, IsWrittenWithLeadingZeros) {
  std::string out;
  AppendPadded(42, 5, &out);
  AppendPadded(0, 1, &out);
  AppendPadded(12345, 2, &out);
  AppendPadded(18'446'744'073'709'551'615u, 1, &out);
  EXPECT_EQ(out,
            "000420"
            "12345"
            "18446744073709551615");
}

TEST(Decimal, PowersOfTenGoUpToNineteen) {
  EXPECT_EQ(PowerOfTen(0), 1u);
  EXPECT_EQ(PowerOfTen(9), 1'000'000'000u);
  EXPECT_EQ(PowerOfTen(19), 10'000'000'000'000'000'000u);
}

}  // namespace
}  // namespace herd
