#include "server/state/decimal.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
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

TEST(Decimal, IsReadFromTheFront) {
  const std::string_view text = "12.50-3";
  Decimal number;
  EXPECT_EQ(ReadDecimal(text.data(), text.data() + text.size(), &number), text.data() + 5);
  EXPECT_EQ(number.fraction, 50u);
}

// Many digits at once where enough characters follow, else one by one: both read the same.
TEST(Decimal, IsTheSameWhateverStandsBehindIt) {
  for (const char* const digits : {"0", "00", "7", "90", "1234567", "12345678", "123456789",
                                   "123456789012345", "1234567890123456", "99999999999999999",
                                   "100000000000000000", "00000000000000000000000000000001"}) {
    for (const std::string& text : {std::string(digits), absl::StrCat(digits, ".", digits)}) {
      const Decimal alone = ParseDecimal(text).value();
      for (const char behind : {' ', '/', ':', '+', '-', '.', '\n', '\xb9', '\0'}) {
        if (behind == '.' && text == digits) continue;
        const std::string longer = text + behind + std::string(20, '5');
        Decimal number;
        const char* const end = longer.data() + longer.size();
        EXPECT_EQ(ReadDecimal(longer.data(), end, &number), longer.data() + text.size()) << longer;
        EXPECT_EQ(number, alone) << longer;
      }
    }
  }
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
