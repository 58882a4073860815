#include "client/load/reply_line.h"

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace herd::client {
namespace {

const Request kReport = {.time = 1520023934'918963997, .client = 7};
const Request kQuestion = {.client = 7, .is_question = true};
constexpr char kRight[] =
    "AT Goloman +0.263873386 c000000000000007 +34.010000-118.481300 1520023934.918963997";

const RequestText& Text() {
  static const RequestText text({});
  return text;
}

ErrorKind WhyWrong(std::string_view line, const Request& request) {
  const Judgement judgement = Judge(line, request, Text());
  EXPECT_FALSE(judgement.is_right) << line;
  return judgement.kind;
}

std::string Replaced(const std::string& from, const std::string& to) {
  std::string line = kRight;
  return line.replace(line.find(from), from.size(), to);
}

TEST(Judge, AcceptsTheReplyToAReport) {
  EXPECT_TRUE(Judge(kRight, kReport, Text()).is_right);
  EXPECT_FALSE(Judge(kRight, kReport, Text()).has_document);
  EXPECT_TRUE(HasRightClient(kRight, kReport, Text()));
  EXPECT_TRUE(Judge(Replaced("+0.2", "-1234.2"), kReport, Text()).is_right);
}

TEST(Judge, AcceptsTheReplyToAQuestionWhoeverReportedAndHow) {
  for (const char* const line :
       {kRight, "AT Welsh -1.000000000 c000000000000007 +1-1 15", "AT x +0.1 c000000000000007 "}) {
    EXPECT_TRUE(HasRightClient(line, kQuestion, Text())) << line;
  }
  const Judgement judgement =
      Judge("AT Welsh -1.000000000 c000000000000007 +1-1 15", kQuestion, Text());
  EXPECT_TRUE(judgement.is_right);
  EXPECT_TRUE(judgement.has_document);
}

TEST(Judge, FindsTheReplyOfAnotherClient) {
  for (const Request& request : {kReport, kQuestion}) {
    const std::string line = Replaced("007", "008");
    EXPECT_FALSE(HasRightClient(line, request, Text()));
    EXPECT_EQ(WhyWrong(line, request), ErrorKind::kWrongClient);
  }
}

TEST(Judge, FindsARefusalWhichNoDocumentFollows) {
  for (const Request& request : {kReport, kQuestion}) {
    EXPECT_FALSE(HasRightClient("? WHATSAT c000000000000007 10 5", request, Text()));
    EXPECT_EQ(WhyWrong("? WHATSAT c000000000000007 10 5", request), ErrorKind::kRefused);
    EXPECT_FALSE(Judge("? x", request, Text()).has_document);
  }
}

TEST(Judge, FindsAPositionOrATimeThatWasNotSent) {
  EXPECT_EQ(WhyWrong(Replaced("481300", "481301"), kReport), ErrorKind::kMalformed);
  EXPECT_EQ(WhyWrong(Replaced("997", "998"), kReport), ErrorKind::kMalformed);
  EXPECT_EQ(WhyWrong(Replaced("+34.010000", "+34.01"), kReport), ErrorKind::kMalformed);
}

TEST(Judge, FindsWhatIsNoAtLine) {
  for (const char* const line :
       {"", "AT", "AT ", "at Goloman", "{", "AT Goloman +0.263873386 c000000000000007",
        "ATGoloman +0.263873386 c000000000000007 +34.010000-118.481300 1520023934.918963997"}) {
    for (const Request& request : {kReport, kQuestion}) {
      EXPECT_FALSE(HasRightClient(line, request, Text())) << line;
      EXPECT_EQ(WhyWrong(line, request), ErrorKind::kMalformed) << line;
    }
  }
}

TEST(Judge, FindsAnOperandThatIsMissingOrMalformed) {
  using Pair = std::pair<const char*, const char*>;
  for (const auto& [from, to] :
       {Pair{"+0.263873386", "0.263873386"}, Pair{"+0.263873386", "+0.26387338"},
        Pair{"+0.263873386", "+.263873386"}, Pair{"+0.263873386", "+0.26387338x"},
        Pair{"Goloman ", " "}, Pair{"+34.010000", "34.010000"}, Pair{"-118.481300", "118.481300"},
        Pair{"918963997", ""}, Pair{" 1520023934.918963997", ""}, Pair{"997", "997 more"}}) {
    for (const Request& request : {kReport, kQuestion}) {
      EXPECT_EQ(WhyWrong(Replaced(from, to), request), ErrorKind::kMalformed);
    }
  }
}

TEST(Judge, ReadsNoByteBeyondTheLine) {
  const std::string right = kRight;
  for (std::size_t size = 0; size < right.size(); ++size) {
    const std::vector<char> exact(right.begin(), right.begin() + static_cast<std::ptrdiff_t>(size));
    const std::string_view line(exact.data(), exact.size());
    EXPECT_FALSE(HasRightClient(line, kReport, Text()));
    EXPECT_FALSE(Judge(line, kReport, Text()).is_right);
    HasRightClient(line, kQuestion, Text());
  }
}

TEST(Describe, ShowsWhatWasAskedAndWhatCameOnATerminalToo) {
  EXPECT_EQ(Describe("? \x1b[2J", kQuestion, Text()),
            "to \"WHATSAT c000000000000007 10 5\" came \"? \\x1b[2J\"");
  EXPECT_EQ(Shown(std::string(200, 'x')), absl::StrCat("\"", std::string(160, 'x'), "\"..."));
}

TEST(FindBlankLine, FindsTheFirstWhereverItStands) {
  for (std::size_t size = 0; size < 70; ++size) {
    for (std::size_t at = 0; at + 1 < size; ++at) {
      std::vector<char> bytes(size, 'x');
      bytes[at] = bytes[at + 1] = '\n';
      EXPECT_EQ(FindBlankLine({bytes.data(), bytes.size()}), at + 1) << size;
    }
  }
}

TEST(FindBlankLine, AgreesWithAPlainSearch) {
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<char> bytes(random() % 60);
    for (char& byte : bytes) byte = random() % 6 == 0 ? '\n' : 'x';
    const std::string_view text(bytes.data(), bytes.size());
    const std::size_t plain = text.find("\n\n");
    ASSERT_EQ(FindBlankLine(text), plain == std::string_view::npos ? plain : plain + 1) << text;
  }
}

}  // namespace
}  // namespace herd::client
