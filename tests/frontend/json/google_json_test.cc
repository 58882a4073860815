#include "frontend/json/google_json.h"

#include <limits>

#include "gtest/gtest.h"

namespace herd {
namespace {

using nlohmann::json;

TEST(GoogleJson, IndentsByThreeAndPutsSpacesAroundTheColon) {
  EXPECT_EQ(GoogleJson({{"a", {{"b", 1}}}}), "{\n   \"a\" : {\n      \"b\" : 1\n   }\n}");
}

TEST(GoogleJson, SortsKeysAndPartsThemByCommas) {
  EXPECT_EQ(GoogleJson({{"b", 2}, {"a", 1}}), "{\n   \"a\" : 1,\n   \"b\" : 2\n}");
}

TEST(GoogleJson, PrintsEmptyArraysAndObjectsWithoutAnInside) {
  EXPECT_EQ(GoogleJson(json::array()), "[]");
  EXPECT_EQ(GoogleJson(json::object()), "{}");
  EXPECT_EQ(GoogleJson({{"a", json::array()}}), "{\n   \"a\" : []\n}");
}

TEST(GoogleJson, PutsAShortArrayOfPlainValuesOnOneLine) {
  EXPECT_EQ(GoogleJson(json::array({"locality", "political", 1, true, nullptr})),
            "[ \"locality\", \"political\", 1, true, null ]");
  EXPECT_EQ(GoogleJson(json::array({""})), "[ \"\" ]");
  EXPECT_EQ(GoogleJson(json::array({"", ""})), "[ \"\", \"\" ]");
}

TEST(GoogleJson, CutsALongArrayIntoLines) {
  const std::string fits(67, 'x');  // 73 bytes with quotes, brackets and spaces
  EXPECT_EQ(GoogleJson(json::array({fits})), "[ \"" + fits + "\" ]");
  EXPECT_EQ(GoogleJson(json::array({fits + "x"})), "[\n   \"" + fits + "x\"\n]");
}

TEST(GoogleJson, CutsAnArrayOfObjectsIntoLines) {
  EXPECT_EQ(GoogleJson(json::array({{{"a", 1}}, json::object()})),
            "[\n   {\n      \"a\" : 1\n   },\n   {}\n]");
}

TEST(GoogleJson, EscapesWhatJsonForbidsAndWhatGoogleEscapes) {
  EXPECT_EQ(GoogleJson("\"\\/\b\f\n\r\t\x01\x7f"), R"("\"\\/\b\f\n\r\t\u0001\u007f")");
  EXPECT_EQ(GoogleJson("<a & b>"), R"("\u003ca \u0026 b\u003e")");
  EXPECT_EQ(GoogleJson(std::string("\0", 1)), R"("\u0000")");
}

TEST(GoogleJson, LeavesApostrophesAndAllOtherLettersAlone) {
  EXPECT_EQ(GoogleJson("McDonald's Île 성남시"), "\"McDonald's Île 성남시\"");
}

TEST(GoogleJson, EscapesKeysToo) {
  EXPECT_EQ(GoogleJson({{"a\"b", 1}}), "{\n   \"a\\\"b\" : 1\n}");
}

TEST(GoogleJson, PrintsNumbersAsShortAsTheyReadBack) {
  EXPECT_EQ(GoogleJson(-118.44869), "-118.44869");
  EXPECT_EQ(GoogleJson(4.0), "4");
  EXPECT_EQ(GoogleJson(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(GoogleJson(std::numeric_limits<int64_t>::min()), "-9223372036854775808");
  EXPECT_EQ(GoogleJson(std::numeric_limits<uint64_t>::max()), "18446744073709551615");
}

TEST(GoogleJson, PrintsInfinityAsNull) {
  EXPECT_EQ(GoogleJson(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(GoogleJson(std::numeric_limits<double>::quiet_NaN()), "null");
}

TEST(GoogleJson, PrintsWhatParsesBackToTheSameValue) {
  const json value = {{"a", {1, 2.5, "x\ny<>&", {{"b", json::array()}}}}, {"c", nullptr}};
  EXPECT_EQ(json::parse(GoogleJson(value)), value);
}

}  // namespace
}  // namespace herd
