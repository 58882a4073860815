#include "client/load/reply_checker.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::client {
namespace {

using ::testing::HasSubstr;

constexpr Nanos kTime = 1520023934'918963997;
constexpr Nanos kSent = 1'000;
constexpr Nanos kReceived = 1'500;
constexpr char kDocument[] = "{\n   \"results\" : [],\n   \"status\" : \"ZERO_RESULTS\"\n}\n\n";

Request Report(std::uint32_t client) { return {.time = kTime + client, .client = client}; }
Request Ask(std::uint32_t client) { return {.client = client, .is_question = true}; }

// What a server says to it.
std::string RightReply(const Request& request, const std::string& document = kDocument) {
  const auto operands =
      RequestText({}).Operands({.time = kTime + request.client, .client = request.client});
  const std::string line =
      absl::StrCat("AT Goloman +0.263873386 ", std::string(operands.data(), operands.size()), "\n");
  return request.is_question ? line + document : line;
}

// A checker, what it is owed, and what it has counted.
struct Checked {
  explicit Checked(const std::vector<Request>& requests, std::uint32_t verify_every = 1)
      : checker(text, verify_every, tally) {
    for (const Request& request : requests) owed.Push({.request = request, .since = kSent});
  }

  Checked& Hears(std::string_view bytes) {
    const std::vector<char> exact(bytes.begin(), bytes.end());
    checker.Receive({exact.data(), exact.size()}, kReceived, owed);
    return *this;
  }

  std::uint64_t errors(ErrorKind kind) const { return tally.errors.of(kind); }

  RequestText text{Question{}};
  Tally tally;
  OwedQueue owed;
  ReplyChecker checker;
};

TEST(ReplyChecker, CountsRightRepliesAndTheirLatencies) {
  Checked checked({Report(1), Ask(2), Report(3)});
  checked.Hears(RightReply(Report(1)) + RightReply(Ask(2)) + RightReply(Report(3)));
  EXPECT_EQ(checked.tally.replies, 3u);
  EXPECT_EQ(checked.tally.errors.total(), 0u);
  EXPECT_TRUE(checked.owed.empty());
  EXPECT_FALSE(checked.checker.is_inside());
  EXPECT_EQ(checked.tally.latency.count(), 3u);
  EXPECT_EQ(checked.tally.latency.max(), kReceived - kSent);
  EXPECT_EQ(checked.tally.last_reply, kReceived);
}

TEST(ReplyChecker, UnderstandsRepliesCutAtAnyByte) {
  const std::vector<Request> requests = {Report(1), Ask(2), Ask(3), Ask(4), Report(5), Report(6)};
  const std::string replies =
      RightReply(requests[0]) + RightReply(requests[1]) + "? WHATSAT c000000000000003 10 5\n" +
      RightReply(requests[3], "{}\n\n") + RightReply(Report(50)) + RightReply(requests[5]);
  for (std::size_t cut = 0; cut <= replies.size(); ++cut) {
    Checked checked(requests);
    checked.Hears(replies.substr(0, cut)).Hears(replies.substr(cut));
    EXPECT_EQ(checked.tally.replies, 6u) << "cut at " << cut;
    EXPECT_EQ(checked.errors(ErrorKind::kRefused), 1u) << "cut at " << cut;
    EXPECT_EQ(checked.errors(ErrorKind::kWrongClient), 1u) << "cut at " << cut;
    EXPECT_EQ(checked.tally.errors.total(), 2u) << "cut at " << cut;
  }
}

TEST(ReplyChecker, UnderstandsRepliesThatComeByteByByte) {
  const std::vector<Request> requests = {Ask(1), Report(2), Ask(3)};
  Checked checked(requests);
  for (const Request& request : requests) {
    for (const char byte : RightReply(request)) checked.Hears({&byte, 1});
  }
  EXPECT_EQ(checked.tally.replies, 3u);
  EXPECT_EQ(checked.tally.errors.total(), 0u);
}

TEST(ReplyChecker, FindsRepliesInTheWrongOrder) {
  Checked checked({Report(1), Report(2)}, 0);
  checked.Hears(RightReply(Report(2)) + RightReply(Report(1)));
  EXPECT_EQ(checked.errors(ErrorKind::kWrongClient), 2u);
  EXPECT_THAT(checked.tally.errors.example(ErrorKind::kWrongClient),
              HasSubstr("to \"IAMAT c000000000000001 "));
}

TEST(ReplyChecker, IsInsideAReplyThatIsCut) {
  for (const Request& request : {Report(1), Ask(1)}) {
    const std::string reply = RightReply(request);
    for (std::size_t size = 1; size < reply.size(); ++size) {
      Checked checked({request});
      checked.Hears(reply.substr(0, size));
      EXPECT_TRUE(checked.checker.is_inside()) << size;
      EXPECT_EQ(checked.owed.size(), 1u) << size;
      EXPECT_EQ(checked.tally.replies, 0u) << size;
    }
  }
}

TEST(ReplyChecker, ForgetsACutReplyForANewConnection) {
  for (const std::string& cut : {std::string("AT Golo"), RightReply(Ask(1), "{\n")}) {
    Checked checked({Ask(1)});
    checked.Hears(cut);
    checked.checker.Reset();
    EXPECT_FALSE(checked.checker.is_inside());
    checked.Hears(RightReply(Ask(1)));
    EXPECT_EQ(checked.tally.replies, 1u);
    EXPECT_EQ(checked.tally.errors.total(), 0u);
  }
}

TEST(ReplyChecker, ComparesEveryByteOfSoManyReplies) {
  constexpr std::uint64_t kReplies = 64;
  for (const std::uint32_t every : {0u, 1u, 16u}) {
    Checked checked({}, every);
    for (std::uint32_t i = 0; i < kReplies; ++i) {
      checked.owed.Push({.request = Report(i), .since = kSent});
      std::string reply = RightReply(Report(i));
      reply[reply.size() - 2] = 'x';
      checked.Hears(reply);
    }
    EXPECT_EQ(checked.errors(ErrorKind::kMalformed), every == 0 ? 0 : kReplies / every);
    EXPECT_EQ(checked.tally.replies, kReplies);
  }
}

TEST(ReplyChecker, FindsADocumentThatIsNoObject) {
  for (const char* const document : {"\n\n", "[]\n\n", "{\n\n", "}\n\n", "{\n]\n\n"}) {
    Checked checked({Ask(1)});
    checked.Hears(RightReply(Ask(1), document));
    EXPECT_EQ(checked.errors(ErrorKind::kMalformed), 1u) << document;
    EXPECT_EQ(checked.tally.replies, 1u) << document;
  }
}

TEST(ReplyChecker, FindsWhatNobodyAskedFor) {
  Checked checked({Report(1)});
  checked.Hears("welcome\n").Hears(RightReply(Report(1))).Hears("bye\n");
  // The greeting is taken for the reply, and then the reply is one too many.
  EXPECT_EQ(checked.errors(ErrorKind::kMalformed), 3u);
  EXPECT_EQ(checked.tally.replies, 1u);
}

TEST(ReplyChecker, KeepsLittleOfALineThatDoesNotEnd) {
  Checked checked({Report(1), Report(2)});
  for (int i = 0; i < 1000; ++i) checked.Hears(std::string(10'000, 'x'));
  EXPECT_TRUE(checked.checker.is_inside());
  checked.Hears("\n").Hears(RightReply(Report(2)));
  EXPECT_EQ(checked.errors(ErrorKind::kMalformed), 1u);
  EXPECT_EQ(checked.tally.replies, 2u);
}

TEST(OwedQueue, GrowsAndKeepsItsOrder) {
  OwedQueue owed;
  std::uint32_t pushed = 0;
  std::uint32_t popped = 0;
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 7; ++i) owed.Push({.request = Report(pushed++)});
    for (int i = 0; i < 3; ++i, owed.Pop()) EXPECT_EQ(owed.front().request.client, popped++);
    ASSERT_EQ(owed.size(), pushed - popped);
    EXPECT_EQ(owed[owed.size() - 1].request.client, pushed - 1);
  }
}

}  // namespace
}  // namespace herd::client
