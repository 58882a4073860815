// Many clients at once, and clients that behave badly beside others.
#include <algorithm>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/conversation.h"
#include "tests/herd/harness/test_herd.h"
#include "tests/herd/harness/text.h"
#include "tests/herd/harness/text_client.h"

namespace herd::test {
namespace {

constexpr int kConnections = 1000;
constexpr int kCommands = 100;
constexpr std::size_t kLongestSegment = 200;

const char* const kInvalid[] = {"iamat lower case 1", "WHATSAT nobody 10 5", "bytes \xff\xfe\xc3",
                                "AT Goloman +0.1 a +1+1 1", "IAMAT too few"};

// One client's commands, and a judge of what they were answered.
class Walker {
 public:
  Walker(int number, std::string server, std::mt19937* random)
      : server_(std::move(server)), id_(absl::StrCat("walker-", number)) {
    for (int i = 0; i < kCommands; ++i) commands_.push_back(Command(i, (*random)()));
  }

  std::string Input() const {
    std::string input;
    for (const std::string& command : commands_) absl::StrAppend(&input, command, "\n");
    return input;
  }

  // Takes the replies off the front of `output`, each exactly as it has to be and in its order.
  void Judge(std::string_view output) {
    for (const std::string& command : commands_) {
      if (!Consume(command, &output)) {
        ADD_FAILURE() << id_ << ": '" << command << "' was answered '" << output.substr(0, 300)
                      << "'";
        return;
      }
    }
    EXPECT_EQ(output, "") << id_;
  }

  int places() const { return places_; }
  int busy() const { return busy_; }

 private:
  std::string Command(int number, std::uint_fast32_t dice) {
    // Always first a position, so that there is something to ask for.
    if (number == 0 || dice % 10 < 7) return Iamat(id_, absl::StrCat(1520023934 + number, ".5"));
    if (dice % 10 < 8) return Whatsat(id_, static_cast<int>(dice / 10 % 3));
    return kInvalid[dice / 10 % std::size(kInvalid)];
  }

  bool Consume(const std::string& command, std::string_view* output) {
    if (command[0] == 'W' && command.find(id_) != std::string::npos) {
      return ConsumeText(at_, output) && ConsumePlaces(command.back() - '0', output) &&
             ConsumeText("\n\n", output);
    }
    if (command.rfind("IAMAT walker", 0) != 0) return ConsumeText("? " + command + "\n", output);
    at_ = std::string(output->substr(0, output->find('\n') + 1));
    return IsReplyTo(command, server_, at_) && ConsumeText(at_, output);
  }

  // The places, or the honest word that too many ask.
  bool ConsumePlaces(int bound, std::string_view* output) {
    const char* const documents[] = {kNoPlace, kOnePlace, kTwoPlaces};
    static const std::string busy =
        FailureDocument("OVER_QUERY_LIMIT", "Too many searches wait for Places: try again later.");
    if (ConsumeText(documents[bound], output)) return ++places_ > 0;
    return ConsumeText(busy, output) && ++busy_ > 0;
  }

  static bool ConsumeText(std::string_view expected, std::string_view* output) {
    if (output->substr(0, expected.size()) != expected) return false;
    output->remove_prefix(expected.size());
    return true;
  }

  const std::string server_;
  const std::string id_;
  std::vector<std::string> commands_;
  std::string at_;
  int places_ = 0;
  int busy_ = 0;
};

std::vector<std::size_t> RandomCuts(std::size_t size, std::mt19937* random) {
  std::vector<std::size_t> cuts;
  for (std::size_t at = 0; at < size; at += 1 + (*random)() % kLongestSegment) cuts.push_back(at);
  return cuts;
}

TEST(Crowd, EachOfAThousandConnectionsGetsExactlyItsRepliesInOrderHoweverItsBytesAreCut) {
  RaiseDescriptorLimit();
  Upstream upstream;
  TestHerd herd({.places_url = upstream.Url()});
  herd.StartAllLinked();
  std::mt19937 random(20180302);
  std::vector<Walker> walkers;
  std::vector<Conversation> conversations;
  for (int i = 0; i < kConnections; ++i) {
    const std::string server = herd.Names()[static_cast<std::size_t>(i) % 5];
    walkers.emplace_back(i, server, &random);
    conversations.push_back({.port = herd.Port(server), .input = walkers.back().Input()});
    conversations.back().cuts = RandomCuts(conversations.back().input.size(), &random);
  }
  HaveAll(&conversations);
  int places = 0;
  int busy = 0;
  for (int i = 0; i < kConnections; ++i) {
    EXPECT_TRUE(conversations[i].ended) << "connection " << i;
    walkers[i].Judge(conversations[i].output);
    places += walkers[i].places();
    busy += walkers[i].busy();
  }
  EXPECT_GT(places, 0);
  std::cout << places << " WHATSATs with places, " << busy << " told to come again\n";
  ASSERT_TRUE(herd.AwaitConverged());
  EXPECT_EQ(herd.GetStatus().at(0).clients(), kConnections);
}

TEST(Crowd, AClientThatPipelines200000CommandsAndReadsNothingStopsNobody) {
  constexpr int kUnread = 200'000;
  TestHerd herd;
  herd.Start("Goloman");
  const std::string command = Iamat("deaf", "1520023934.5") + "\n";
  std::string input;
  for (int i = 0; i < kUnread; ++i) input += command;
  TextClient deaf(herd.Port("Goloman"));
  TextClient other(herd.Port("Goloman"));
  std::size_t sent = 0;
  for (int i = 0; i < 500; ++i) {
    sent += deaf.SendSome(std::string_view(input).substr(sent));
    const std::string iamat = Iamat("other", absl::StrCat(1520023934 + i));
    ASSERT_TRUE(IsReplyTo(iamat, "Goloman", other.Ask(iamat)));
  }
  EXPECT_LT(sent, input.size()) << "the server takes in what nobody reads";

  std::size_t replies = 0;
  while (sent < input.size()) {
    const std::string bytes = deaf.ReadOnce();
    ASSERT_NE(bytes, "");
    replies += static_cast<std::size_t>(std::count(bytes.begin(), bytes.end(), '\n'));
    sent += deaf.SendSome(std::string_view(input).substr(sent));
  }
  deaf.HalfClose();
  const std::string rest = deaf.ReadToEnd();
  replies += static_cast<std::size_t>(std::count(rest.begin(), rest.end(), '\n'));
  EXPECT_EQ(replies, kUnread);
}

}  // namespace
}  // namespace herd::test
