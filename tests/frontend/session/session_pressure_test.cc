// What a session does with clients that send faster than Places answers, and with anything at all.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "frontend/session/session.h"
#include "gtest/gtest.h"
#include "tests/frontend/session/conversation.h"

namespace herd {
namespace {

constexpr std::size_t kChunk = 4096;
constexpr const char* kReport = "IAMAT kiwi +1+1 4\n";
constexpr const char* kReported = "AT Goloman +1.000000000 kiwi +1+1 4\n";

std::string Json(std::size_t question) { return absl::StrCat("{", question, "}"); }

TEST(ManyPipelinedWhatsats, AreAskedNoMoreThanSoManyAtOnceAndAllAnsweredInOrder) {
  constexpr std::size_t kQuestions = Session::kMaxWaiting * 5 + 3;
  for (const bool half_close : {false, true}) {
    StoreHerd herd;
    Client client(&herd);
    std::string sent = kReport;
    std::string expected = kReported;
    for (std::size_t i = 0; i < kQuestions; ++i) {
      sent += absl::StrCat("WHATSAT kiwi 10 5\nline", i, "\n");
      expected += absl::StrCat(kReported, Json(i), "\n\n? line", i, "\n");
    }
    client.Send(sent);
    if (half_close) client.HalfClose();
    EXPECT_EQ(client.unanswered(), Session::kMaxWaiting);
    for (std::size_t i = 0; i < client.questions().size(); ++i) client.Answer(i, Json(i));
    EXPECT_EQ(client.questions().size(), kQuestions);
    EXPECT_EQ(client.most_unanswered(), Session::kMaxWaiting);
    EXPECT_EQ(client.Receive(), expected);
    EXPECT_EQ(client.finished(), half_close);
  }
}

TEST(ManyPipelinedWhatsats, AreAnsweredInOrderThoughPlacesAnswersTheLastOneFirst) {
  constexpr std::size_t kQuestions = Session::kMaxWaiting * 3;
  StoreHerd herd;
  Client client(&herd);
  std::string expected = kReported;
  client.Send(kReport);
  for (std::size_t i = 0; i < kQuestions; ++i) {
    client.Send("WHATSAT kiwi 10 5\n");
    expected += absl::StrCat(kReported, Json(i), "\n\n");
  }
  for (std::size_t answered = 0; answered < kQuestions;) {
    const std::size_t asked = client.questions().size();
    ASSERT_GT(asked, answered) << "the session does not go on";
    for (std::size_t i = asked; i-- > answered;) client.Answer(i, Json(i));
    answered = asked;
  }
  EXPECT_EQ(client.Receive(), expected);
  EXPECT_LE(client.most_unanswered(), Session::kMaxWaiting);
}

TEST(RepliesHeldUpBehindAWhatsat, StopTheReadingWhenTheyAreTooMany) {
  StoreHerd herd;
  Client client(&herd, [](std::size_t waiting) { return std::min(waiting, kChunk); });
  client.Send(std::string(kReport) + "WHATSAT kiwi 10 5\n");
  std::string reports;
  std::string expected = absl::StrCat(kReported, kReported, "{}\n\n");
  while (reports.size() < 4 * Session::kMaxHeldBytes) {
    reports += kReport;
    expected += kReported;
  }
  client.Send(reports);
  // A reply is longer than its command, so less than the bound of commands makes that many replies.
  EXPECT_LE(reports.size() - client.bytes_not_taken(), Session::kMaxHeldBytes + kChunk);
  client.Answer(0, "{}");
  EXPECT_EQ(client.bytes_not_taken(), 0u);
  EXPECT_EQ(client.Receive(), expected);
}

TEST(LargeAnswersHeldUpBehindAWhatsat, StopTheReadingToo) {
  StoreHerd herd;
  Client client(&herd);
  client.Send(std::string(kReport) + "WHATSAT kiwi 10 5\nWHATSAT kiwi 10 5\n");
  client.Answer(1, std::string(Session::kMaxHeldBytes, 'x'));
  client.Send("hello\n");
  EXPECT_EQ(client.bytes_not_taken(), 6u);
  client.Answer(0, "{}");
  EXPECT_EQ(client.bytes_not_taken(), 0u);
  EXPECT_EQ(client.Receive(),
            absl::StrCat(kReported, kReported, "{}\n\n", kReported,
                         std::string(Session::kMaxHeldBytes, 'x'), "\n\n? hello\n"));
}

TEST(ALongBurst, IsAnsweredInPiecesSoThatOthersGetTheirTurn) {
  constexpr std::size_t kCommands = 5 * Session::kMaxBurst / 36;  // bytes of a reply, and some more
  StoreHerd herd;
  Client client(&herd);
  std::string sent;
  std::string expected;
  for (std::size_t i = 0; i < kCommands; ++i) {
    sent += kReport;
    expected += kReported;
  }
  client.Send(sent);
  client.HalfClose();
  std::string received;
  for (const std::string& write : client.ReceiveWrites()) {
    EXPECT_LE(write.size(), Session::kMaxBurst + 36 * CommandBatch::kMaxCommands);
    received += write;
  }
  EXPECT_EQ(received, expected);
  EXPECT_TRUE(client.finished());
}

TEST(ALineThatIsTooLong, IsSeenOnlyOnceThereIsRoomAgain) {
  StoreHerd herd;
  Client client(&herd);
  std::string sent = kReport;
  for (std::size_t i = 0; i < Session::kMaxWaiting; ++i) sent += "WHATSAT kiwi 10 5\n";
  client.Send(sent + std::string(9000, 'x'));
  EXPECT_FALSE(client.cut_off());
  for (std::size_t i = 0; i < Session::kMaxWaiting; ++i) client.Answer(i, "{}");
  EXPECT_TRUE(client.cut_off());
  EXPECT_TRUE(client.finished());
}

TEST(WhatsatsAnsweredAtOnce, LeaveWithTheirAtLinesInOneWriteAndInOrder) {
  StoreHerd herd;
  Client client(&herd);
  client.AnswerAtOnce(
      [](const places::Query& query) { return absl::StrCat("{", query.bound, "}"); });
  client.Send(absl::StrCat(kReport, "WHATSAT kiwi 10 5\nhello\nWHATSAT kiwi 10 7\n"));
  EXPECT_EQ(client.ReceiveWrites(),
            std::vector<std::string>{
                absl::StrCat(kReported, kReported, "{5}\n\n? hello\n", kReported, "{7}\n\n")});
}

TEST(WhatsatsAnsweredAtOnce, WaitBehindOneThatIsNot) {
  StoreHerd herd;
  Client client(&herd);
  client.Send(absl::StrCat(kReport, "WHATSAT kiwi 10 5\n"));
  EXPECT_EQ(client.Receive(), kReported);
  client.AnswerAtOnce([](const places::Query&) { return "{at once}"; });
  client.Send("WHATSAT kiwi 10 5\n");
  EXPECT_EQ(client.Receive(), "");
  client.Answer(0, "{later}");
  EXPECT_EQ(client.Receive(), absl::StrCat(kReported, "{later}\n\n", kReported, "{at once}\n\n"));
}

TEST(WhatsatsAnsweredAtOnce, WaitForTheNeighbors) {
  StoreHerd herd;
  herd.set_neighbors_have_all(false);
  Client client(&herd);
  client.AnswerAtOnce([](const places::Query&) { return "{}"; });
  client.Send(absl::StrCat(kReport, "WHATSAT kiwi 10 5\n"));
  EXPECT_EQ(client.Receive(), "");
  client.Pass(0);
  EXPECT_EQ(client.Receive(), absl::StrCat(kReported, kReported, "{}\n\n"));
}

TEST(WhatsatsAnsweredAtOnce, AreNotAllExecutedBeforeTheFirstReplyLeaves) {
  constexpr std::size_t kQuestions = 3000;
  const std::string document(20'000, 'x');
  for (const bool half_close : {false, true}) {
    StoreHerd herd;
    Client client(&herd);
    client.AnswerAtOnce([&](const places::Query&) { return document; });
    std::string sent = kReport;
    std::string expected = kReported;
    for (std::size_t i = 0; i < kQuestions; ++i) {
      sent += "WHATSAT kiwi 10 5\n";
      absl::StrAppend(&expected, kReported, document, "\n\n");
    }
    client.Send(sent);
    if (half_close) client.HalfClose();
    const std::vector<std::string> writes = client.ReceiveWrites();
    std::string received;
    for (const std::string& write : writes) {
      // A batch begins while there is room.
      EXPECT_LE(write.size(), Session::kMaxBurst + Session::kMaxWaiting * (document.size() + 50));
      received += write;
    }
    EXPECT_TRUE(received == expected);
    EXPECT_EQ(client.finished(), half_close);
  }
}

// A conversation of random commands, and the naive list of its replies.
class RandomConversation {
 public:
  explicit RandomConversation(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 400; ++i) AddCommand();
  }

  std::string sent;
  std::string expected;

 private:
  struct Record {
    int tenths = -1;
    std::string at;
  };

  void AddCommand() {
    switch (random_() % 8) {
      case 0:
        sent += random_() % 2 == 0 ? "\n" : " \t\r\n";
        break;
      case 1:
        AddInvalid(absl::StrCat("hello ", random_() % 1000, std::string(random_() % 300, '\xff')));
        break;
      case 2:
      case 3:
      case 4:
        AddIamat();
        break;
      default:
        AddWhatsat();
    }
  }
  void AddInvalid(const std::string& line) {
    sent += line + LineEnd();
    expected += "? " + line + "\n";
  }
  void AddIamat() {
    const std::string id = RandomId();
    const int tenths = static_cast<int>(random_() % 10);
    const std::string operands = absl::StrCat(id, " +1-", random_() % 180, " 4.", tenths);
    const std::string at =
        absl::StrCat("AT Goloman +", tenths == 0 ? "1.0" : "0.",
                     tenths == 0 ? "" : absl::StrCat(10 - tenths), "00000000 ", operands, "\n");
    Record& record = records_[id];
    if (tenths >= record.tenths) record = {tenths, at};
    sent += "IAMAT  " + operands + LineEnd();
    expected += at;
  }
  void AddWhatsat() {
    const std::string id = RandomId();
    const auto record = records_.find(id);
    const std::string line = absl::StrCat("WHATSAT ", id, " 10 ", random_() % 21);
    if (record == records_.end()) return AddInvalid(line);
    sent += line + LineEnd();
    expected += absl::StrCat(record->second.at, Json(questions_++), "\n\n");
  }
  std::string RandomId() { return absl::StrCat("phone", random_() % 20); }
  std::string LineEnd() { return random_() % 2 == 0 ? "\n" : "\r\n"; }

  std::mt19937_64 random_;
  std::map<std::string, Record> records_;
  std::size_t questions_ = 0;
};

TEST(RandomCommands, AreAnsweredInOrderHoweverTheyAreCutAndWheneverPlacesAnswers) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    const RandomConversation conversation(seed);
    std::mt19937_64 random(seed);
    StoreHerd herd;
    Client client(&herd, [&](std::size_t waiting) {
      return 1 + random() % std::min<std::size_t>(waiting, seed % 3 == 0 ? 5000 : 90);
    });
    std::vector<std::size_t> open;
    std::size_t asked = 0;
    std::size_t sent = 0;
    const auto answer_one = [&] {
      for (; asked < client.questions().size(); ++asked) open.push_back(asked);
      if (open.empty()) return false;
      const std::size_t pick = random() % open.size();
      const std::size_t question = open[pick];
      open.erase(open.begin() + static_cast<std::ptrdiff_t>(pick));
      client.Answer(question, Json(question));
      return true;
    };
    while (sent < conversation.sent.size()) {
      const std::size_t size =
          std::min<std::size_t>(1 + random() % 700, conversation.sent.size() - sent);
      client.Send(std::string_view(conversation.sent).substr(sent, size));
      sent += size;
      if (random() % (1 + seed % 4) == 0) answer_one();
    }
    client.HalfClose();
    while (answer_one()) {
    }
    ASSERT_EQ(client.Receive(), conversation.expected);
    ASSERT_TRUE(client.finished());
    ASSERT_LE(client.most_unanswered(), Session::kMaxWaiting);
  }
}

TEST(ALine, IsWhatTheClientIsWithinSinceItsFirstByte) {
  StoreHerd herd;
  Client client(&herd);
  EXPECT_EQ(client.within_line_since(), std::nullopt);
  client.set_monotonic_now(1);
  client.Send("IAMAT kiwi ");
  EXPECT_EQ(client.within_line_since(), 1);
  EXPECT_EQ(client.kept_bytes(), 11u);
  client.set_monotonic_now(2);
  client.Send("+1+1");
  EXPECT_EQ(client.within_line_since(), 1);
  client.set_monotonic_now(3);
  client.Send(" 4\nIAM");
  EXPECT_EQ(client.within_line_since(), 3);
  client.set_monotonic_now(4);
  client.Send("AT kiwi +1+1 4\n");
  EXPECT_EQ(client.within_line_since(), std::nullopt);
  EXPECT_EQ(client.kept_bytes(), 0u);
}

TEST(ALine, IsNotWhatIsNotReadForWantOfRoom) {
  StoreHerd herd;
  Client client(&herd);
  client.Send(kReport);
  for (std::size_t i = 0; i < Session::kMaxWaiting; ++i) client.Send("WHATSAT kiwi 10 5\n");
  client.Send("WHATSAT ki");
  EXPECT_EQ(client.within_line_since(), std::nullopt);
}

}  // namespace
}  // namespace herd
