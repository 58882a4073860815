#include "server/operator/client_pages.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/operator/reporter.h"

namespace herd {
namespace {

using test::Receive;
using test::Report;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Pages : public testing::Test {
 protected:
  // The ids on a page, whose token is kept for the next one.
  std::vector<std::string> Page() {
    const absl::StatusOr<v1::ListClientsResponse> page = ListClients(store_, request_);
    EXPECT_TRUE(page.ok()) << page.status();
    request_.set_page_token(page->next_page_token());
    std::vector<std::string> ids;
    for (const v1::Client& client : page->clients()) ids.push_back(client.client_id());
    return ids;
  }

  bool IsLast() const { return request_.page_token().empty(); }

  Store store_{{"Goloman", 5}};
  v1::ListClientsRequest request_;
};

TEST_F(Pages, OfAnEmptyStoreAreOneEmptyPage) {
  EXPECT_THAT(Page(), IsEmpty());
  EXPECT_TRUE(IsLast());
}

TEST_F(Pages, ListEachClientOnceWithAllThatIsHeldOfIt) {
  Report(store_, "kiwi", "+1+1", 1);
  Receive(store_, "Hands", 1, "plum", "+2+2", 1);
  Report(store_, "kiwi", "+3-3", 2);
  const auto page = *ListClients(store_, request_);
  ASSERT_EQ(page.clients_size(), 2);
  EXPECT_EQ(page.clients(0).client_id(), "kiwi");
  EXPECT_EQ(page.clients(0).position(), "+3-3");
  EXPECT_EQ(page.clients(0).sequence(), 2);
  EXPECT_EQ(page.clients(0).origin().server(), "Goloman");
  EXPECT_EQ(page.clients(0).origin().start_ns(), 5);
  EXPECT_EQ(page.clients(1).client_id(), "plum");
  EXPECT_EQ(page.clients(1).origin().server(), "Hands");
}

TEST_F(Pages, GoOnWhereTheOneBeforeEndedThoughClientsMoveAndCome) {
  for (const char* id : {"a", "b", "c"}) Report(store_, id, "+1+1", 1);
  request_.set_page_size(2);
  EXPECT_THAT(Page(), ElementsAre("a", "b"));
  Report(store_, "a", "+2+2", 2);
  Report(store_, "d", "+1+1", 1);
  EXPECT_THAT(Page(), ElementsAre("c", "d"));
  EXPECT_TRUE(IsLast());
}

TEST_F(Pages, AreCutToTheLargestSize) {
  for (std::size_t i = 0; i <= kMaxClientsPerPage; ++i) Report(store_, absl::StrCat(i), "+1+1", 1);
  EXPECT_EQ(Page().size(), 100);
  request_.set_page_size(1'000'000);
  request_.clear_page_token();
  EXPECT_EQ(Page().size(), kMaxClientsPerPage);
  EXPECT_EQ(Page().size(), 1);
  EXPECT_TRUE(IsLast());
}

TEST_F(Pages, ListThoseOfAPrefixAServerAndAnArea) {
  Report(store_, "truck-1", "+1+1", 1);
  Report(store_, "truck-2", "+50+50", 1);
  Receive(store_, "Hands", 1, "truck-3", "+1+1", 1);
  Report(store_, "van-1", "+1+1", 1);
  request_.set_prefix("truck-");
  EXPECT_THAT(Page(), ElementsAre("truck-1", "truck-2", "truck-3"));
  request_.set_server("Goloman");
  EXPECT_THAT(Page(), ElementsAre("truck-1", "truck-2"));
  request_.mutable_area()->mutable_circle()->set_latitude(1);
  request_.mutable_area()->mutable_circle()->set_longitude(1);
  request_.mutable_area()->mutable_circle()->set_radius_km(1);
  EXPECT_THAT(Page(), ElementsAre("truck-1"));
  request_.set_server("Welsh");
  EXPECT_THAT(Page(), IsEmpty());
}

TEST_F(Pages, LookAtABoundedNumberOfClientsEach) {
  for (std::size_t i = 0; i < kMaxClientsLookedAt; ++i) {
    Report(store_, absl::StrCat("truck-", i), "+1+1", 1);
  }
  Report(store_, "van-1", "+1+1", 1);
  request_.set_prefix("van-");
  EXPECT_THAT(Page(), IsEmpty());
  ASSERT_FALSE(IsLast());
  EXPECT_THAT(Page(), ElementsAre("van-1"));
  EXPECT_TRUE(IsLast());
}

TEST_F(Pages, AreBoundedInBytesAndLoseNobodyForIt) {
  constexpr int kClients = 300;
  for (int i = 0; i < kClients; ++i) {
    Report(store_, absl::StrCat(std::string(7000, '\xff'), i), "+1+1", 1);
  }
  request_.set_page_size(1000);
  std::size_t listed = 0;
  int pages = 0;
  do {
    listed += Page().size();
    ++pages;
  } while (!IsLast());
  EXPECT_EQ(listed, kClients);
  EXPECT_GT(pages, 7);
}

TEST_F(Pages, RefuseATokenThatIsNotTheirs) {
  Report(store_, "kiwi", "+1+1", 1);
  for (const char* token : {"nonsense", "5", "5-", "6-1", "5--1", "5-1x", "5-99999999999"}) {
    request_.set_page_token(token);
    EXPECT_EQ(ListClients(store_, request_).status().code(), absl::StatusCode::kInvalidArgument)
        << token;
  }
}

TEST_F(Pages, RefuseAnAreaThatIsNone) {
  request_.mutable_area();
  EXPECT_EQ(ListClients(store_, request_).status().code(), absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace herd
