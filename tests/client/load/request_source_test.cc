#include "client/load/request_source.h"

#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "gtest/gtest.h"

namespace herd::client {
namespace {

constexpr Nanos kTime = 1520023934'918963997;

std::vector<Request> Take(RequestSource& source, std::size_t count, Nanos now = kTime) {
  std::vector<Request> requests;
  while (requests.size() < count) requests.push_back(source.Next(now));
  return requests;
}

std::vector<std::uint32_t> ClientsOf(const std::vector<Request>& requests) {
  std::vector<std::uint32_t> clients;
  for (const Request& request : requests) clients.push_back(request.client);
  return clients;
}

std::set<std::uint32_t> Set(const std::vector<std::uint32_t>& clients) {
  return {clients.begin(), clients.end()};
}

TEST(RequestSource, GivesSequentialClientsOneAfterTheOtherAndThenAgain) {
  RequestSource source({.clients = 3, .order = Order::kSequential}, {});
  EXPECT_EQ(ClientsOf(Take(source, 7)), (std::vector<std::uint32_t>{0, 1, 2, 0, 1, 2, 0}));
}

// Numbers of clients (around powers of two, too) and of threads.
class EveryPart : public testing::TestWithParam<std::tuple<std::uint32_t, std::uint32_t, Order>> {};

TEST_P(EveryPart, GivesEachOfItsClientsOnceInARoundAndNoOtherPartsClient) {
  const auto [clients, parts, order] = GetParam();
  std::set<std::uint32_t> all;
  for (std::uint32_t index = 0; index < parts; ++index) {
    const Part part = {.index = index, .count = parts};
    RequestSource source({.clients = clients, .order = order}, part);
    const std::size_t round = part.Of(clients);
    const std::vector<std::uint32_t> first = ClientsOf(Take(source, round));
    EXPECT_EQ(Set(first).size(), round);
    EXPECT_EQ(first, ClientsOf(Take(source, round)));
    for (const std::uint32_t client : first) {
      EXPECT_LT(client, clients);
      EXPECT_TRUE(all.insert(client).second) << client << " belongs to two parts";
    }
  }
  EXPECT_EQ(all.size(), clients);
}

INSTANTIATE_TEST_SUITE_P(, EveryPart,
                         testing::Combine(testing::Values(3, 4, 5, 1023, 1024, 1025, 100'000),
                                          testing::Values(1, 2, 3),
                                          testing::Values(Order::kRandom, Order::kSequential)));

TEST(RequestSource, ScattersRandomClients) {
  RequestSource source({.clients = 100'000}, {});
  const std::vector<std::uint32_t> clients = ClientsOf(Take(source, 1000));
  int ascents = 0;
  int near = 0;
  for (std::size_t i = 1; i < clients.size(); ++i) {
    const std::int64_t step = std::int64_t{clients[i]} - clients[i - 1];
    ascents += step > 0;
    near += std::abs(step) < 100;
  }
  EXPECT_GT(ascents, 300);
  EXPECT_LT(ascents, 700);
  EXPECT_LT(near, 20);
}

TEST(RequestSource, SetsTheTimesOfEachClientAMicrosecondApartAtLeastThoughTheClockStands) {
  for (const std::uint32_t clients : {1u, 2u, 7u, 999u, 1000u, 1001u, 5000u}) {
    RequestSource source({.clients = clients}, {});
    std::map<std::uint32_t, Nanos> last;
    for (const Request& request : Take(source, 3 * clients + 10)) {
      const auto before = last.find(request.client);
      if (before != last.end()) {
        ASSERT_GE(request.time, before->second + 1000) << clients;
      }
      last[request.client] = request.time;
    }
  }
}

TEST(RequestSource, FollowsTheClockAndNeverGoesBackWithIt) {
  RequestSource source({.clients = 1000}, {});
  EXPECT_EQ(source.Next(kTime).time, kTime);
  EXPECT_EQ(source.Next(kTime + 5'000'000).time, kTime + 5'000'000);
  EXPECT_GT(source.Next(kTime).time, kTime + 5'000'000);
}

TEST(RequestSource, AsksAsManyQuestionsAsItIsTo) {
  for (const double share : {0.0, 0.1, 0.5, 1.0}) {
    RequestSource source({.question_share = share}, {.index = 1, .count = 2});
    int questions = 0;
    for (const Request& request : Take(source, 100'000)) questions += request.is_question;
    EXPECT_NEAR(questions, 100'000 * share, share == 0.0 || share == 1.0 ? 0 : 1500);
  }
}

}  // namespace
}  // namespace herd::client
