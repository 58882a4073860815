#include "frontend/places/results.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace herd::places {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string Cut(const std::string& body, int bound) {
  const absl::StatusOr<Results> results = Results::Read(body);
  if (!results.ok()) return absl::StrCat("ERROR ", results.status().message());
  const Document cut = results->CutTo(bound);
  EXPECT_EQ(cut.size(), cut.ToString().size());
  return cut.ToString();
}

std::string Why(const std::string& body) {
  const absl::StatusOr<Results> results = Results::Read(body);
  EXPECT_TRUE(results.ok() || absl::IsInvalidArgument(results.status()));
  return results.ok() ? "no error" : std::string(results.status().message());
}

constexpr char kGooglesLayout[] = R"({
   "html_attributions" : [],
   "next_page_token" : "CpQCAgEAAFxg8o",
   "results" : [
      {
         "geometry" : { "location" : { "lat" : 34.0689300, "lng" : -118.4451270 } },
         "name" : "Caf\u00e9 \"One\", [the] {first}",
         "types" : [ "cafe", "food" ]
      },
      {
         "name" : "Two \\"
      },
      {
         "name" : "Three"
      }
   ],
   "status" : "OK"
}
)";

TEST(CutResults, KeepsAllWhenTheBoundAllowsAndTakesTheLastNewlineOff) {
  const std::string body(kGooglesLayout);
  EXPECT_EQ(Cut(body, 3), body.substr(0, body.size() - 1));
  EXPECT_EQ(Cut(body, 20), body.substr(0, body.size() - 1));
}

TEST(CutResults, KeepsTheFirstOnesByteForByte) {
  EXPECT_EQ(Cut(kGooglesLayout, 2), R"({
   "html_attributions" : [],
   "next_page_token" : "CpQCAgEAAFxg8o",
   "results" : [
      {
         "geometry" : { "location" : { "lat" : 34.0689300, "lng" : -118.4451270 } },
         "name" : "Caf\u00e9 \"One\", [the] {first}",
         "types" : [ "cafe", "food" ]
      },
      {
         "name" : "Two \\"
      }
   ],
   "status" : "OK"
})");
}

TEST(CutResults, ShowsAnEmptyListAsGoogleDoesWhenNoneIsWanted) {
  EXPECT_EQ(Cut(kGooglesLayout, 0), R"({
   "html_attributions" : [],
   "next_page_token" : "CpQCAgEAAFxg8o",
   "results" : [],
   "status" : "OK"
})");
}

TEST(CutResults, IsDoneFromOneReadingForAnyBound) {
  const Results results = *Results::Read(kGooglesLayout);
  EXPECT_EQ(results.count(), 3U);
  for (const int bound : {3, 0, 2, 1, 20, 2}) {
    EXPECT_EQ(results.CutTo(bound).ToString(), Cut(kGooglesLayout, bound)) << bound;
  }
}

TEST(CutResults, LeavesADocumentWithoutResultsAsItIs) {
  const Results results = Results::WithoutAny("{}", "OVER_QUERY_LIMIT");
  EXPECT_EQ(results.CutTo(0).ToString(), "{}");
  EXPECT_EQ(results.status(), "OVER_QUERY_LIMIT");
  EXPECT_FALSE(Results().CutTo(5));
}

TEST(CutResults, GivesTheStatus) {
  EXPECT_EQ(Results::Read(kGooglesLayout)->status(), "OK");
  EXPECT_EQ(Results::Read(R"({"results":[],"status":"ZERO\u005fRESULTS"})")->status(),
            "ZERO_RESULTS");
}

TEST(CutResults, TakesANegativeBoundForZero) {
  EXPECT_EQ(Cut(R"({"html_attributions":[],"results":[1,2],"status":"OK"})", -1),
            R"({"html_attributions":[],"results":[],"status":"OK"})");
}

TEST(CutResults, LeavesAnEmptyListAsItIs) {
  EXPECT_EQ(Cut(R"({"html_attributions":[],"results":[ ],"status":"OK"})", 0),
            R"({"html_attributions":[],"results":[ ],"status":"OK"})");
}

TEST(CutResults, AddsMissingAttributionsInFront) {
  EXPECT_EQ(Cut("{\n   \"results\" : [],\n   \"status\" : \"OK\"\n}", 5),
            "{\n   \"html_attributions\" : [],\n   \"results\" : [],\n   \"status\" : \"OK\"\n}");
}

TEST(CutResults, CountsElementsOfAnyKind) {
  EXPECT_EQ(
      Cut(R"({"html_attributions":[],"results":[1.50 ,"]," , [[],[ ]], null,{}],"status":""})", 3),
      R"({"html_attributions":[],"results":[1.50 ,"]," , [[],[ ]]],"status":""})");
}

TEST(CutResults, CutsOnlyTheResultsOfTheOutermostObject) {
  const std::string body =
      R"({"a":{"results":[1,2,3],"status":5},"html_attributions":["x","y"],"status":"OK","results":[1,2]})";
  EXPECT_EQ(
      Cut(body, 1),
      R"({"a":{"results":[1,2,3],"status":5},"html_attributions":["x","y"],"status":"OK","results":[1]})");
}

TEST(CutResults, KnowsAnEscapedName) {
  EXPECT_EQ(Cut(R"({"html_attributions":[],"r\u0065sults":[1,2],"status":"OK"})", 1),
            R"({"html_attributions":[],"r\u0065sults":[1],"status":"OK"})");
}

TEST(CutResults, IsNotMisledByWhatStandsInStrings) {
  EXPECT_EQ(
      Cut(R"({"html_attributions":["\"results\":[]}"],"results":["\\","\\\"],","]"],"status":"OK"})",
          2),
      R"({"html_attributions":["\"results\":[]}"],"results":["\\","\\\"],"],"status":"OK"})");
}

TEST(CutResults, MakesOneNewlineOfARun) {
  EXPECT_EQ(Cut("{\n\n\n\"html_attributions\":[],\n\n\"results\":[\n\n1\n\n,\n2\n\n]\n,\"status\":"
                "\"OK\"\n\n}\n\n\n",
                1),
            "{\n\"html_attributions\":[],\n\"results\":[\n1\n]\n,\"status\":\"OK\"\n}");
}

TEST(CutResults, MakesOneLineEndOfARunWithCarriageReturns) {
  EXPECT_EQ(Cut("{\r\n\r\n\"html_attributions\":[],\n\r\n\r\"results\":[],\r\n\"status\":\n\r\"OK\""
                "\r}\r\n\r\n",
                1),
            "{\r\n\"html_attributions\":[],\n\"results\":[],\r\n\"status\":\n\r\"OK\"\r}");
}

TEST(CutResults, TakesNewlinesInFrontOff) {
  EXPECT_EQ(Cut("\r\n\n {\"html_attributions\":[],\"results\":[],\"status\":\"OK\"} \n", 1),
            " {\"html_attributions\":[],\"results\":[],\"status\":\"OK\"} ");
}

TEST(CutResults, LeavesEscapedNewlinesAlone) {
  const std::string body = R"({"html_attributions":["\n\n\n"],"results":[],"status":"OK"})";
  EXPECT_EQ(Cut(body, 1), body);
}

TEST(CutResults, RefusesWhatIsNotAnAnswer) {
  EXPECT_EQ(Why(""), "it is empty");
  EXPECT_THAT(Why(" \n "), StartsWith("it is"));
  EXPECT_EQ(Why("<html>502 Bad Gateway</html>"), "it is not JSON");
  EXPECT_EQ(Why(R"([{"results":[],"status":"OK"}])"), "it is not a JSON object");
  EXPECT_EQ(Why("\"OK\""), "it is not a JSON object");
  EXPECT_EQ(Why("{}"), "it has no results");
  EXPECT_EQ(Why(R"({"status":"OK"})"), "it has no results");
  EXPECT_EQ(Why(R"({"results":{},"status":"OK"})"), "its results are not a list");
  EXPECT_EQ(Why(R"({"results":null,"status":"OK"})"), "its results are not a list");
  EXPECT_EQ(Why(R"({"results":[]})"), "it has no status");
  EXPECT_EQ(Why(R"({"results":[],"status":200})"), "its status is not a text");
  EXPECT_EQ(Why(R"({"results":[],"status":"OK"}{})"), "it is not JSON");
  EXPECT_EQ(Why(R"({"results":[1,],"status":"OK"})"), "it is not JSON");
}

TEST(CutResults, RefusesANameThatIsThereTwice) {
  EXPECT_EQ(Why(R"({"results":[1],"status":"OK","results":[2]})"), "it has results twice");
  EXPECT_EQ(Why(R"({"results":[1],"status":"OK","status":"OK"})"), "it has status twice");
  EXPECT_EQ(Why(R"({"results":[1],"status":"OK","html_attributions":[],"html_attributions":[]})"),
            "it has html_attributions twice");
  EXPECT_EQ(Why(R"({"results":[1],"status":"OK","other":[],"other":[]})"), "no error");
}

TEST(CutResults, RefusesABodyThatBreaksOffWhereverItDoes) {
  const std::string body(kGooglesLayout);
  for (size_t length = 0; length < body.rfind('}'); ++length) {
    EXPECT_NE(Why(body.substr(0, length)), "no error") << length;
  }
}

TEST(CutResults, RefusesWhatIsNotInUtf8OrHasAByteOrderMark) {
  EXPECT_EQ(Why("{\"results\":[\"\xff\"],\"status\":\"OK\"}"), "it is not UTF-8");
  EXPECT_EQ(Why("\xef\xbb\xbf{\"results\":[],\"status\":\"OK\"}"), "it is not JSON");
  EXPECT_EQ(Why("{\"results\":[\"a\nb\"],\"status\":\"OK\"}"), "it is not JSON");
}

TEST(CutResults, RefusesNumbersThatNoReaderHolds) {
  EXPECT_THAT(Why(R"({"results":[1e999],"status":"OK"})"), HasSubstr("number"));
  EXPECT_THAT(Why(R"({"results":[123456789012345678901234567890],"status":"OK"})"),
              HasSubstr("number"));
}

TEST(CutResults, TakesNestingToAThousandLevelsAndRefusesMore) {
  const auto nested = [](size_t depth) {
    return absl::StrCat("{\"results\":[", std::string(depth, '['), std::string(depth, ']'),
                        ",2],\"status\":\"OK\"}");
  };
  EXPECT_EQ(Why(nested(1000)), "no error");
  EXPECT_THAT(Cut(nested(1000), 1), HasSubstr("]],\"status\""));
  EXPECT_EQ(Why(nested(2000)), "it is nested too deep");
  EXPECT_NE(Why(std::string(4 << 20, '[')), "no error");
}

TEST(CutResults, TakesFourMebibytesAndASmallBodyAfterThem) {
  const std::string element = absl::StrCat("{\"name\":\"", std::string(20'000, 'x'), "\"}");
  const std::string huge = absl::StrCat("{\"html_attributions\":[],\"results\":[",
                                        absl::StrJoin(std::vector<std::string>(209, element), ","),
                                        "],\"status\":\"OK\"}");
  ASSERT_GT(huge.size(), 4'000'000U);
  EXPECT_EQ(Cut(huge, 1), absl::StrCat("{\"html_attributions\":[],\"results\":[", element,
                                       "],\"status\":\"OK\"}"));
  EXPECT_EQ(Cut(huge, 300), huge);
  EXPECT_EQ(Cut(R"({"html_attributions":[],"results":[1,2],"status":"OK"})", 1),
            R"({"html_attributions":[],"results":[1],"status":"OK"})");
}

// Documents whose pieces are known, so that what must remain is known to the byte.
class Documents {
 public:
  // With `runs`, white space holds runs of newlines.
  Documents(unsigned seed, bool runs) : random_(seed), runs_(runs) {}

  struct Document {
    std::string head;                   // Through the opening bracket of `results`.
    std::vector<std::string> elements;  // Each with the white space before it.
    std::vector<std::string> gaps;      // The white space behind each.
    std::string tail;                   // From the closing bracket.
  };

  Document Next() {
    Document document;
    document.head =
        absl::StrCat("{", Members(), Space(), "\"results\"", Space(), ":", Space(), "[");
    for (int left = Below(26); left > 0; --left) {
      document.elements.push_back(absl::StrCat(Space(), Value(4)));
      document.gaps.push_back(Space());
    }
    document.tail =
        absl::StrCat("]", Space(), ",", Members(), Space(),
                     R"("html_attributions" : [], "status":)", Space(), "\"OK\"", Space(), "}");
    return document;
  }

 private:
  int Below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }

  std::string Pick(const std::vector<std::string>& from) {
    return from[static_cast<size_t>(Below(static_cast<int>(from.size())))];
  }

  std::string Space() {
    if (runs_) return Pick({"", " ", "\n\n", "\n\n\n  ", "\n", "\r\n\r\n", "\t\n \n", "\r"});
    return Pick({"", "", " ", "\n ", "  \t", "\r\n  ", "\n         ", "\r "});
  }

  // Other members, each with a comma behind it.
  std::string Members() {
    std::string members;
    for (int left = Below(3); left > 0; --left) {
      absl::StrAppend(&members, Space(), "\"other", Below(1000), "\"", Space(), ":", Space(),
                      Value(3), Space(), ",");
    }
    return members;
  }

  std::string Value(int depth) {
    const int kind = Below(depth > 0 ? 8 : 4);
    if (kind < 2) return String();
    if (kind == 2)
      return Pick({"true", "false", "null", "0", "-0", "-0.0", "18446744073709551615"});
    if (kind == 3) return Pick({"34.0689300", "1E5", "1.50e-07", "-118.4451270", "1e00", "12"});
    return kind < 6 ? Array(depth) : Object(depth);
  }

  std::string String() {
    std::string text = "\"";
    for (int left = Below(8); left > 0; --left) {
      text += Pick({"a", "\\\"", "\\\\", "[", "]", "{", "}", ",", ":", "\\u005d", "\\n\\n", "\\/",
                    "é", "\\ud83c\\udf0d", "results", "  "});
    }
    return text + "\"";
  }

  std::string Array(int depth) {
    std::vector<std::string> parts;
    for (int left = Below(4); left > 0; --left) {
      parts.push_back(absl::StrCat(Space(), Value(depth - 1), Space()));
    }
    return absl::StrCat("[", parts.empty() ? Space() : absl::StrJoin(parts, ","), "]");
  }

  std::string Object(int depth) {
    std::vector<std::string> parts;
    for (int left = Below(4); left > 0; --left) {
      const std::string name = Pick({"\"results\"", "\"status\"", "\"\"", "\"\\\"\"", "\"x\""});
      parts.push_back(
          absl::StrCat(Space(), name, Space(), ":", Space(), Value(depth - 1), Space()));
    }
    return absl::StrCat("{", parts.empty() ? Space() : absl::StrJoin(parts, ","), "}");
  }

  std::mt19937 random_;
  bool runs_;
};

std::string Text(const Documents::Document& document, size_t bound) {
  const size_t count = document.elements.size();
  const size_t kept = std::min(bound, count);
  std::string text = document.head;
  for (size_t i = 0; i < kept; ++i) {
    const bool last = i + 1 == kept;
    absl::StrAppend(&text, i > 0 ? "," : "", document.elements[i],
                    last ? document.gaps.back() : document.gaps[i]);
  }
  return absl::StrCat(text, document.tail);
}

// What a reader sees, with the results cut by somebody else's code.
nlohmann::json Meaning(const std::string& text, size_t bound) {
  nlohmann::json document = nlohmann::json::parse(text);
  auto& results = document["results"].get_ref<nlohmann::json::array_t&>();
  results.resize(std::min(bound, results.size()));
  return document;
}

std::string WithoutLineEnds(std::string text) {
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
  return text;
}

TEST(CutResultsProperty, WhatRemainsIsUnchangedToTheByte) {
  Documents documents(20240501, false);
  for (int round = 0; round < 2000; ++round) {
    const Documents::Document document = documents.Next();
    const std::string body = Text(document, 100);
    for (const size_t bound : {0, 1, 5, 20}) {
      const std::string cut = Cut(body, static_cast<int>(bound));
      ASSERT_EQ(cut, Text(document, bound)) << "bound " << bound << " of\n" << body;
      ASSERT_EQ(nlohmann::json::parse(cut), Meaning(body, bound)) << body;
    }
  }
}

TEST(CutResultsProperty, RunsOfNewlinesGoAndNothingElse) {
  Documents documents(20240502, true);
  for (int round = 0; round < 2000; ++round) {
    const Documents::Document document = documents.Next();
    const std::string body = absl::StrCat("\n\n", Text(document, 100), "\n\n");
    for (const size_t bound : {0, 1, 5, 20}) {
      const std::string cut = Cut(body, static_cast<int>(bound));
      ASSERT_EQ(WithoutLineEnds(cut), WithoutLineEnds(Text(document, bound))) << body;
      ASSERT_THAT(cut, Not(HasSubstr("\n\n")));
      ASSERT_THAT(cut, Not(HasSubstr("\n\r\n")));
      ASSERT_EQ(cut.front(), '{');
      ASSERT_EQ(cut.back(), '}');
      ASSERT_EQ(nlohmann::json::parse(cut), Meaning(body, bound)) << body;
    }
  }
}

}  // namespace
}  // namespace herd::places
