#include "frontend/net/text_links.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "tests/herd/harness/eventually.h"
#include "tests/herd/harness/loopback.h"

namespace herd::net {
namespace {

using test::BoundPort;
using test::Eventually;
using test::kPatienceMs;
using test::PrivateAddress;

// A connection that the neighbour has accepted.
class Accepted {
 public:
  explicit Accepted(const BoundPort& port) {
    if (IsReadable(port.descriptor())) socket_ = accept(port.descriptor(), nullptr, nullptr);
    EXPECT_GE(socket_, 0) << "nobody has called";
  }
  ~Accepted() { close(socket_); }
  Accepted(const Accepted&) = delete;
  Accepted& operator=(const Accepted&) = delete;

  // "" at the end.
  std::string ReadLine() {
    std::string line;
    char c;
    while (IsReadable(socket_) && recv(socket_, &c, 1, 0) == 1) {
      line.push_back(c);
      if (c == '\n') return line;
    }
    return line;
  }
  void Say(const std::string& what) { send(socket_, what.data(), what.size(), MSG_NOSIGNAL); }

 private:
  static bool IsReadable(int descriptor) {
    pollfd watched{.fd = descriptor, .events = POLLIN, .revents = 0};
    return poll(&watched, 1, kPatienceMs) > 0;
  }

  int socket_ = -1;
};

class TheTextLinks : public ::testing::Test {
 protected:
  explicit TheTextLinks(bool may_be_linked = false) : may_be_linked_(may_be_linked) {
    wilkes_.Listen();
  }

  void Open() {
    links_ = std::make_unique<TextLinks>(
        std::vector<TextNeighbor>{{.name = "Wilkes",
                                   .address = *ParseAddress(PrivateAddress()),
                                   .port = wilkes_.port(),
                                   .shown = "Wilkes' address",
                                   .may_be_linked = may_be_linked_}},
        &store_);
  }
  void Report(const std::string& client) {
    const FixText text{.position = "+1-1", .time = "7"};
    Request request{
        .kind = Request::Kind::kReport, .client_id = client, .fix = *ParseFix(text), .text = text};
    store_.Execute(absl::MakeSpan(&request, 1), nullptr);
    if (links_ != nullptr) links_->Wake();
  }
  static std::string Line(const std::string& client) {
    return "AT Goloman +0.000000000 " + client + " +1-1 7\n";
  }
  TextLinkStatus Status() const { return links_->Describe().at(0); }

  const bool may_be_linked_;
  Store store_{{"Goloman", 100}};
  BoundPort wilkes_;
  std::unique_ptr<TextLinks> links_;
};

TEST_F(TheTextLinks, TellWhatThereIsAndWhatComes) {
  Report("kiwi");
  Open();
  Accepted connection(wilkes_);
  EXPECT_EQ(connection.ReadLine(), Line("kiwi"));
  Report("plum");
  EXPECT_EQ(connection.ReadLine(), Line("plum"));
  EXPECT_TRUE(Eventually([&] { return Status().sent_lines == 2; }));
  EXPECT_TRUE(Status().up);
  EXPECT_EQ(Status().connects, 1u);
}

TEST_F(TheTextLinks, CallAgainAndTellAllAgain) {
  Report("kiwi");
  Open();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(Accepted(wilkes_).ReadLine(), Line("kiwi"));
  EXPECT_GE(Status().connects, 3u);
  EXPECT_TRUE(Eventually([&] { return !Status().last_error.empty(); }));
}

TEST_F(TheTextLinks, CountTheLinesWithWhichTheyAreRefused) {
  Report("kiwi");
  Open();
  Accepted connection(wilkes_);
  connection.ReadLine();
  connection.Say("? AT Goloman\nAT ?\n? A");
  connection.Say("T ? Goloman\n");
  EXPECT_TRUE(Eventually([&] { return Status().refused_lines == 2; }));
}

TEST_F(TheTextLinks, KnowWhenAllHasBeenTold) {
  for (int i = 0; i < 1000; ++i) Report(std::to_string(i));
  Open();
  Accepted connection(wilkes_);
  EXPECT_EQ(connection.ReadLine(), Line("0"));
  EXPECT_TRUE(links_->AwaitTold(absl::Now() + absl::Milliseconds(kPatienceMs)));
  EXPECT_EQ(Status().sent_lines, 1000u);
}

TEST_F(TheTextLinks, WaitForNobodyWhoIsNotThere) {
  Report("kiwi");
  const BoundPort nobody;
  TextLinks links({{.name = "Wilkes",
                    .address = *ParseAddress(PrivateAddress()),
                    .port = nobody.port(),
                    .shown = "Wilkes' address"}},
                  &store_);
  EXPECT_TRUE(links.AwaitTold(absl::Now() + absl::Milliseconds(kPatienceMs)));
}

class TheTextLinksOfWhoMayBeLinked : public TheTextLinks {
 protected:
  TheTextLinksOfWhoMayBeLinked() : TheTextLinks(true) {}
};

TEST_F(TheTextLinksOfWhoMayBeLinked, EndWhenThereIsALinkAndComeBackWhenThereIsNone) {
  Report("kiwi");
  Open();
  Accepted before(wilkes_);
  EXPECT_EQ(before.ReadLine(), Line("kiwi"));
  links_->SetLinked("Wilkes", true);
  EXPECT_EQ(before.ReadLine(), "");
  EXPECT_TRUE(Eventually([&] { return !Status().up && Status().linked; }));
  Report("plum");
  links_->SetLinked("Wilkes", false);
  Accepted after(wilkes_);
  EXPECT_EQ(after.ReadLine(), Line("kiwi"));
  EXPECT_EQ(after.ReadLine(), Line("plum"));
}

TEST(NoTextNeighbors, NeedNoThread) {
  Store store({"Goloman", 100});
  TextLinks links({}, &store);
  links.Wake();
  links.SetLinked("Wilkes", true);
  EXPECT_TRUE(links.AwaitTold(absl::InfinitePast()));
  EXPECT_TRUE(links.Describe().empty());
}

}  // namespace
}  // namespace herd::net
