#include "client/standin/place_file.h"

#include <cstdio>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/standin/place_text.h"

namespace herd::standin {
namespace {

using testing::HasSubstr;

constexpr char kBody[] =
    ">AD\tCanillo\t\n4257952\t165362\tEl Tarter\n"
    ">US\tCalifornia\tLos Angeles County\n3408334\t-11844869\tBel Air\n3407362\t-11840036\tB H\n";

std::string ErrorOf(const std::string& text) {
  return std::string(ParsePlaces(text).status().message());
}

TEST(PlaceFile, HoldsPlacesUnderTheirDivisions) {
  const PlaceFile file = PlacesOf(kBody);
  ASSERT_EQ(file.places.size(), 3u);
  ASSERT_EQ(file.divisions.size(), 2u);
  EXPECT_EQ(file.places[0].name, "El Tarter");
  EXPECT_EQ(file.places[0].latitude_e5, 4257952);
  EXPECT_EQ(file.places[0].longitude_e5, 165362);
  EXPECT_EQ(file.places[0].division, 0u);
  EXPECT_EQ(file.places[2].longitude_e5, -11840036);
  EXPECT_EQ(file.places[2].division, 1u);
  EXPECT_EQ(file.divisions[0].first, "Canillo");
  EXPECT_EQ(file.divisions[0].second, "");
  EXPECT_EQ(file.divisions[1].country, "US");
  EXPECT_EQ(file.divisions[1].second, "Los Angeles County");
}

TEST(PlaceFile, KeepsItsNamesWhenMoved) {
  PlaceFile first = PlacesOf(kBody);
  const PlaceFile second = std::move(first);
  EXPECT_EQ(second.places[1].name, "Bel Air");
}

TEST(PlaceFile, TellsAnEmptyFile) { EXPECT_EQ(ErrorOf(""), "it is empty"); }

TEST(PlaceFile, TellsAFileThatIsSomethingElse) {
  for (const char* text : {"\n", "{}", "herd-places 2 1 0\n", "herd-places 1 x 0\n",
                           "herd-places 1 1 xyz\n", "herd-places 1 -1 0\n", "herd-places 1 1"}) {
    EXPECT_THAT(ErrorOf(text), HasSubstr("line 1")) << text;
  }
}

TEST(PlaceFile, TellsACutAtEveryByte) {
  const std::string text = PlaceText(kBody);
  for (size_t length = 0; length < text.size(); ++length) {
    EXPECT_NE(ErrorOf(text.substr(0, length)), "") << length;
  }
}

TEST(PlaceFile, TellsAChangeOfAnyByteOfTheBody) {
  const std::string text = PlaceText(kBody);
  for (size_t i = text.find('\n') + 1; i < text.size(); ++i) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(damaged[i] ^ 1);
    EXPECT_THAT(ErrorOf(damaged), HasSubstr("checksum")) << i;
  }
}

TEST(PlaceFile, TellsAWrongNumberOfPlaces) {
  EXPECT_EQ(ErrorOf(PlaceText(kBody, 4)), "it says it holds 4 places, but holds 3");
}

TEST(PlaceFile, TellsThatItHoldsNone) {
  EXPECT_EQ(ErrorOf(PlaceText("")), "it holds no places");
  EXPECT_EQ(ErrorOf(PlaceText(">US\t\t\n")), "it holds no places");
}

TEST(PlaceFile, NamesTheLineThatIsWrong) {
  const std::string good = ">US\t\t\n1\t2\tName\n";
  for (const char* line :
       {"1\t2\t\n", "1\t2\n", "\n", "x\t2\tName\n", "1.5\t2\tName\n", "9000001\t2\tName\n",
        "1\t-18000001\tName\n", "99999999999\t2\tName\n", ">\tCalifornia\t\n"}) {
    EXPECT_THAT(ErrorOf(PlaceText(good + line, 2)), HasSubstr("line 4: ")) << line;
  }
}

TEST(PlaceFile, RefusesAPlaceBeforeAnyDivision) {
  EXPECT_THAT(ErrorOf(PlaceText("1\t2\tName\n", 1)), HasSubstr("line 2: "));
}

TEST(PlaceFile, ReachesTheEndsOfTheEarth) {
  const PlaceFile file = PlacesOf(">XX\t\t\n9000000\t18000000\tN\n-9000000\t-18000000\tS\n");
  EXPECT_EQ(file.places[0].latitude_e5, 9000000);
  EXPECT_EQ(file.places[1].longitude_e5, -18000000);
}

TEST(ReadPlaces, NamesAFileThatCannotBeRead) {
  const auto missing = ReadPlaces("/no/such/file").status();
  EXPECT_EQ(missing.message(), "place file /no/such/file: No such file or directory");
  EXPECT_THAT(std::string(ReadPlaces("/").status().message()), HasSubstr("place file /: "));
}

TEST(ReadPlaces, NamesAFileThatIsEmpty) {
  EXPECT_EQ(ReadPlaces("/dev/null").status().message(), "place file /dev/null: it is empty");
}

}  // namespace
}  // namespace herd::standin
