#include "server/state/fix.h"

#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "gtest/gtest.h"
#include "tests/server/state/naive_fix.h"

namespace herd {
namespace {

constexpr const char* kTime = "1520023934.918963997";

bool IsPosition(const std::string& position) {
  return ParseFix({.position = position, .time = kTime}).has_value();
}

bool IsTime(const std::string& time) {
  return ParseFix({.position = "+34.068930-118.445127", .time = time}).has_value();
}

Nanos TimeOf(const std::string& time) {
  const auto fix = ParseFix({.position = "+0+0", .time = time});
  return fix ? fix->time : -1;
}

struct Rebuilt {
  std::string position;
  std::string time;
};

Rebuilt Rebuild(const Fix& fix) {
  Rebuilt text;
  AppendPosition(fix, &text.position);
  AppendTime(fix, &text.time);
  return text;
}

TEST(Position, IsLatitudeThenLongitudeInDecimalDegrees) {
  for (const char* position :
       {"+34.068930-118.445127", "+0+0", "-0-0", "-0.0+0.0", "+7+8.5", "+7.5+8", "-33.86-151.21"}) {
    EXPECT_TRUE(IsPosition(position)) << position;
  }
}

TEST(Position, HasBothSigns) {
  for (const char* position : {"34.068930-118.445127", "+34.068930118.445127", "34.0", "+34.0", "-",
                               "+", "+-", "++1+1", "+1++1", "+1+-1", "", "+34.0,-118.4"}) {
    EXPECT_FALSE(IsPosition(position)) << position;
  }
}

TEST(Position, HasNoExponentNoInfNoNanNoHexadecimal) {
  for (const char* position : {"+1e1+1", "+1+1e1", "+1E1+1", "+1+1e-1", "+inf+1", "+1-inf",
                               "+nan+1", "+1+nan", "+infinity+1", "+0x1+1", "+1+0x1"}) {
    EXPECT_FALSE(IsPosition(position)) << position;
  }
}

TEST(Position, HasNoThirdNumberAndNothingBehind) {
  for (const char* position : {"+1+1+1", "+34.0-118.4+12.5", "+1+1/", "+1+1CRS", "+1+1+", "+1+1-",
                               "+1+1.", "+1+1,", "+1.5.5+1", "+1+1.5.5"}) {
    EXPECT_FALSE(IsPosition(position)) << position;
  }
}

TEST(Position, HasDigitsOnBothSidesOfAPoint) {
  for (const char* position : {"+.5+1", "+1+.5", "+5.+1", "+1+5.", "+.+1", "+1-."}) {
    EXPECT_FALSE(IsPosition(position)) << position;
  }
}

TEST(Position, LatitudeIsWithinNinetyEndsIncluded) {
  for (const char* position : {"+90+0", "-90+0", "+90.0+0", "-90.000000000000000000000+0",
                               "+89.99999999999999999999+0", "+00090+0"}) {
    EXPECT_TRUE(IsPosition(position)) << position;
  }
  for (const char* position :
       {"+90.0000000001+0", "-90.0000000001+0", "+90.00000000000000000000000000001+0", "+91+0",
        "-90.5+0", "+180+0", "+900+0", "+18446744073709551617+0"}) {
    EXPECT_FALSE(IsPosition(position)) << position;
  }
}

TEST(Position, LongitudeIsWithinOneHundredAndEightyEndsIncluded) {
  for (const char* position : {"+0+180", "+0-180", "+0+180.0", "+0-180.000000000000000000000",
                               "+0+179.99999999999999999999", "-0-00180"}) {
    EXPECT_TRUE(IsPosition(position)) << position;
  }
  for (const char* position : {"+0+180.0000000001", "+0-180.0000000001", "+0+181",
                               "+0+180.00000000000000000000000000001", "+0+18446744073709551617"}) {
    EXPECT_FALSE(IsPosition(position)) << position;
  }
}

TEST(Position, MayBeWrittenWithAnyNumberOfDigits) {
  const std::string zeros(4000, '0');
  EXPECT_TRUE(IsPosition("+" + zeros + "34-" + zeros + "118"));
  EXPECT_TRUE(IsPosition("+34." + zeros + "1-118." + zeros + "1"));
  EXPECT_FALSE(IsPosition("+" + std::string(8000, '9') + "+0"));
  EXPECT_FALSE(IsPosition("+90." + zeros + "1+0"));
}

TEST(Position, LongitudeBeginsAtTheSecondSign) {
  EXPECT_EQ(LongitudeOffset("+34.068930-118.445127"), 10u);
  EXPECT_EQ(LongitudeOffset("-1+1"), 2u);
}

TEST(ClientTime, IsDigitsAndOptionallyAPointWithDigits) {
  for (const char* time : {"0", "0.0", "1520023934", kTime, "0001520023934.5", "1.0000000000"}) {
    EXPECT_TRUE(IsTime(time)) << time;
  }
}

TEST(ClientTime, HasNoSignAndNoExponent) {
  for (const char* time : {"+1520023934", "-1520023934", "1e9", "1.5e3", ".5", "5.", ".", "", "inf",
                           "nan", "1,5", "0x5", "1.2.3"}) {
    EXPECT_FALSE(IsTime(time)) << time;
  }
}

TEST(ClientTime, OrdersByItsFirstNineDecimals) {
  EXPECT_EQ(TimeOf("1520023934.918963997"), 1'520'023'934'918'963'997);
  EXPECT_EQ(TimeOf("1.5"), 1'500'000'000);
  EXPECT_EQ(TimeOf("1.000000001"), 1'000'000'001);
  EXPECT_EQ(TimeOf("0007"), 7'000'000'000);
}

TEST(ClientTime, DigitsPastTheNinthDecimalDoNotOrder) {
  EXPECT_EQ(TimeOf("1.0000000019"), TimeOf("1.000000001"));
  EXPECT_EQ(TimeOf("1.00000000199999999999999999999"), TimeOf("1.000000001"));
  EXPECT_EQ(TimeOf("1.000000001" + std::string(8000, '9')), TimeOf("1.000000001"));
}

TEST(ClientTime, FitsIntoSigned64BitNanoseconds) {
  EXPECT_EQ(TimeOf("9223372036.854775807"), 9'223'372'036'854'775'807);
  EXPECT_EQ(TimeOf("9223372036.8547758079"), 9'223'372'036'854'775'807);
  for (const char* time : {"9223372036.854775808", "9223372037", "9223372036.9", "18446744073.8",
                           "18446744073709551616", "99999999999999999999999999999999"}) {
    EXPECT_FALSE(IsTime(time)) << time;
  }
  EXPECT_FALSE(IsTime(std::string(8000, '9')));
}

TEST(FixNumbers, RebuildTheTextByteForByte) {
  for (const char* position :
       {"+34.068930-118.445127", "-0.0+0.0", "+0-0", "+007.50-0118", "+90.0000000-180.000000",
        "+00000000000090+000000000000180", "+0.000000000000000+0.000000000000001"}) {
    for (const char* time :
         {kTime, "0", "0.0", "0001.10", "000000000000000.000000000", "9223372036"}) {
      const auto fix = ParseFix({.position = position, .time = time});
      ASSERT_TRUE(fix);
      ASSERT_NE(fix->shape, 0u) << position << " " << time;
      EXPECT_EQ(Rebuild(*fix).position, position);
      EXPECT_EQ(Rebuild(*fix).time, time);
    }
  }
}

TEST(FixNumbers, LeaveATextThatDoesNotFitToBeKeptBesideThem) {
  for (const char* position :
       {"+34.0689300000000000-118.445127", "+42.94967296-1", "+1-118.4451279999",
        "+0000000000000034-1", "+1-0000000000000118", "+90.00000000+0"}) {
    const auto fix = ParseFix({.position = position, .time = kTime});
    ASSERT_TRUE(fix) << position;
    EXPECT_EQ(*fix, Fix{.time = fix->time}) << position;
  }
  for (const char* time : {"1.0000000000", "0000000000000001", "1.0000000001"}) {
    const auto fix = ParseFix({.position = "+1+1", .time = time});
    ASSERT_TRUE(fix) << time;
    EXPECT_EQ(*fix, Fix{.time = fix->time}) << time;
  }
}

TEST(FixNumbers, HoldUpToThe32BitsOfTheWire) {
  EXPECT_NE(ParseFix({.position = "+42.94967295-42.94967295", .time = "0"})->shape, 0u);
}

// A number's text, mostly as phones write it and sometimes as nobody does.
std::string RandomNumber(std::mt19937_64& random, std::uint64_t max, std::size_t usual_decimals) {
  std::string whole = std::to_string(random() % (max + 1));
  if (random() % 4 == 0) whole.insert(0, random() % 18, '0');
  if (random() % 5 == 0) return whole;
  const std::size_t decimals = 1 + (random() % 8 == 0 ? random() % 20 : random() % usual_decimals);
  whole.push_back('.');
  for (std::size_t i = 0; i < decimals; ++i) {
    whole.push_back(static_cast<char>('0' + (random() % 3 == 0 ? 0 : random() % 10)));
  }
  return whole;
}

struct RandomText {
  std::string position;
  std::string time;
};

RandomText MakeRandomText(std::mt19937_64& random) {
  const auto sign = [&] { return random() % 2 == 0 ? "+" : "-"; };
  return {sign() + RandomNumber(random, 90, 8) + sign() + RandomNumber(random, 180, 8),
          RandomNumber(random, 9'223'372'036, 9)};
}

TEST(FixNumbers, RebuildEveryValidTextThatFits) {
  std::mt19937_64 random(20180302);
  int fitting = 0;
  for (int i = 0; i < 200'000; ++i) {
    const RandomText text = MakeRandomText(random);
    const auto fix = ParseFix({.position = text.position, .time = text.time});
    if (!fix) continue;
    ASSERT_TRUE(IsWellFormed(*fix)) << text.position << " " << text.time;
    if (fix->shape == 0) continue;
    ++fitting;
    ASSERT_EQ(Rebuild(*fix).position, text.position);
    ASSERT_EQ(Rebuild(*fix).time, text.time);
  }
  EXPECT_GT(fitting, 50'000);
}

// As it is read out of a line, with something behind it; nullopt also when it ends elsewhere.
std::optional<Fix> ReadFrom(const RandomText& text, const std::string& behind) {
  const std::string position = text.position + behind;
  const std::string time = text.time + behind;
  Fix fix;
  const char* at = ReadPosition(position.data(), position.data() + position.size(), &fix);
  if (at != position.data() + text.position.size()) return std::nullopt;
  at = ReadTime(time.data(), time.data() + time.size(), &fix);
  return at == time.data() + text.time.size() ? std::optional(fix) : std::nullopt;
}

// Usual numbers are read many digits at once, if enough characters follow.
TEST(AFix, IsReadAsANaiveReaderWouldWhateverStandsBehindIt) {
  constexpr std::string_view kCharacters = "0123456789.+-e/: ";
  std::mt19937_64 random(7);
  int valid = 0;
  for (int i = 0; i < 200'000; ++i) {
    RandomText text = MakeRandomText(random);
    if (random() % 3 == 0) text.time = RandomNumber(random, 9'999'999'999, 11);
    if (random() % 9 == 0) text.time = "9223372036." + RandomNumber(random, 999'999'999, 1);
    if (random() % 3 == 0) {
      std::string& changed = random() % 2 == 0 ? text.position : text.time;
      changed[random() % changed.size()] = kCharacters[random() % kCharacters.size()];
    }
    const std::optional<Fix> expected = ParseNaively({text.position, text.time});
    ASSERT_EQ(ParseFix({text.position, text.time}), expected) << text.position << " " << text.time;
    for (const char* behind :
         {" ", "\n", " 5555555555555555555555", "\n+55.55555-55.555555 5555"}) {
      ASSERT_EQ(ReadFrom(text, behind), expected) << text.position << " " << text.time << behind;
    }
    valid += expected ? 1 : 0;
  }
  EXPECT_GT(valid, 50'000);
  EXPECT_LT(valid, 195'000);
}

// Whether those numbers are what their own text is read as.
bool Rebuilds(const Fix& fix) {
  const Rebuilt text = Rebuild(fix);
  const auto again = ParseFix({.position = text.position, .time = text.time});
  return again && *again == fix;
}

Fix Mutate(Fix fix, std::mt19937_64& random) {
  switch (random() % 5) {
    case 0:
      fix.time ^= Nanos{1} << random() % 64;
      break;
    case 1:
      fix.latitude ^= std::uint32_t{1} << random() % 32;
      break;
    case 2:
      fix.longitude ^= std::uint32_t{1} << random() % 32;
      break;
    case 3:
      fix.shape ^= std::uint32_t{1} << random() % 32;
      break;
    default:
      fix = {.time = static_cast<Nanos>(random() >> random() % 64),
             .latitude = static_cast<std::uint32_t>(random() >> random() % 64),
             .longitude = static_cast<std::uint32_t>(random() >> random() % 64),
             .shape = static_cast<std::uint32_t>(random() & ((1U << 26) - 1))};
  }
  return fix;
}

// Only shapes whose decimals are within what AppendTime may be asked for can be rebuilt at all.
bool CanBeRebuilt(const Fix& fix) {
  return fix.shape != 0 && fix.time >= 0 && (fix.shape >> 20 & 0xF) <= 9;
}

TEST(FixNumbers, AreWellFormedExactlyWhenTheirTextIsReadAsThem) {
  std::mt19937_64 random(118);
  int accepted = 0;
  int rejected = 0;
  for (int i = 0; i < 300'000; ++i) {
    const RandomText text = MakeRandomText(random);
    const auto valid = ParseFix({.position = text.position, .time = text.time});
    if (!valid) continue;
    const Fix fix = Mutate(*valid, random);
    const bool expected = CanBeRebuilt(fix) ? Rebuilds(fix)
                          : fix.shape == 0
                              ? fix.time >= 0 && fix.latitude == 0 && fix.longitude == 0
                              : false;
    ASSERT_EQ(IsWellFormed(fix), expected)
        << fix.time << " " << fix.latitude << " " << fix.longitude << " " << fix.shape;
    ++(expected ? accepted : rejected);
  }
  EXPECT_GT(accepted, 10'000);
  EXPECT_GT(rejected, 10'000);
}

}  // namespace
}  // namespace herd
