// Golden files: golden/NAME.new.json is an answer of the new API, golden/NAME.legacy.json what
// clients get for it, byte for byte.
#include "frontend/places/new_to_legacy.h"

#include <fstream>
#include <sstream>
#include <string>

#include "frontend/places/results.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::places {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string ReadFile(const std::string& name) {
  std::ifstream file(std::string(HERD_PLACES_GOLDEN) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

std::string Legacy(const std::string& body) {
  const absl::StatusOr<std::string> legacy = NewToLegacy(body);
  return legacy.ok() ? *legacy : "ERROR " + std::string(legacy.status().message());
}

class Golden : public testing::TestWithParam<const char*> {};

TEST_P(Golden, AnswerIsTurnedIntoTheLegacyShapeByteForByte) {
  const std::string name = GetParam();
  const std::string legacy = Legacy(ReadFile(name + ".new.json"));
  EXPECT_EQ(legacy + "\n", ReadFile(name + ".legacy.json"));
  EXPECT_TRUE(Results::Read(legacy).ok());
}

INSTANTIATE_TEST_SUITE_P(All, Golden,
                         testing::Values("every_field", "missing_fields", "unknown_fields",
                                         "wrong_types", "odd_texts", "no_places"),
                         [](const auto& test) { return test.param; });

TEST(PriceLevels, AreNumbersAndUnknownOnesNone) {
  const auto price = [](const std::string& word) {
    return Legacy(R"({"places":[{"priceLevel":")" + word + "\"}]}");
  };
  EXPECT_THAT(price("PRICE_LEVEL_FREE"), HasSubstr("\"price_level\" : 0"));
  EXPECT_THAT(price("PRICE_LEVEL_INEXPENSIVE"), HasSubstr("\"price_level\" : 1"));
  EXPECT_THAT(price("PRICE_LEVEL_MODERATE"), HasSubstr("\"price_level\" : 2"));
  EXPECT_THAT(price("PRICE_LEVEL_EXPENSIVE"), HasSubstr("\"price_level\" : 3"));
  EXPECT_THAT(price("PRICE_LEVEL_VERY_EXPENSIVE"), HasSubstr("\"price_level\" : 4"));
  EXPECT_THAT(price("PRICE_LEVEL_UNSPECIFIED"), Not(HasSubstr("price_level")));
}

TEST(NewToLegacy, RefusesNestingWithoutEnd) {
  EXPECT_THAT(Legacy(R"({"places":)" + std::string(100'000, '[')), HasSubstr("ERROR"));
  EXPECT_THAT(
      Legacy(R"({"places":[{"types":)" + std::string(2'000, '[') + std::string(2'000, ']') + "}]}"),
      HasSubstr("ERROR"));
}

TEST(ErrorMessageIn, IsGooglesOwn) {
  EXPECT_EQ(ErrorMessageIn(R"({"error":{"code":400,"message":"Bad mask","status":"X"}})"),
            "Bad mask");
  for (const std::string body :
       {"", "<html>", "{}", "[]", R"({"error":"no"})", R"({"error":{"message":5}})"}) {
    EXPECT_EQ(ErrorMessageIn(body), "") << body;
  }
}

}  // namespace
}  // namespace herd::places
