#include "client/commands/neighbors.h"

#include <sstream>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace herd::client {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kNow = 1'000'000'000'000;

v1::Neighbor Link(const std::string& name) {
  v1::Neighbor link;
  link.set_server(name);
  link.set_outbound_up(true);
  link.set_inbound_up(true);
  link.set_in_sync(true);
  link.set_outbound_since_at_ns(kNow - 60'000'000'000);
  link.set_inbound_since_at_ns(kNow - 61'000'000'000);
  link.set_round_trip_ns(2'300'000);
  link.set_sent_updates(12'345);
  link.set_received_updates(7);
  return link;
}

std::string Table(const std::vector<v1::Neighbor>& links, bool on_terminal = false) {
  v1::ListNeighborsResponse response;
  for (const v1::Neighbor& link : links) *response.add_neighbors() = link;
  return LinksTable({{"Goloman", "127.0.0.1:1", response}}, kNow, on_terminal);
}

TEST(TheTableOfLinks, HasARowForEach) {
  EXPECT_EQ(Table({Link("Hands")}),
            "server     neighbor   link  since    sync  lag      rtt      sent   got    twice\n"
            "Goloman    Hands      up    60 s     yes   0        2.3 ms   12k    7      0\n");
}

TEST(TheTableOfLinks, SaysWhyALinkIsDownAndHowFarBehindTheOtherOneIs) {
  v1::Neighbor down = Link("Hands");
  down.set_inbound_up(false);
  down.set_in_sync(false);
  down.set_last_error("Connection refused");
  down.set_lag_updates(5);
  down.set_lag_ns(7'000'000'000);
  const std::string table = Table({down});
  EXPECT_THAT(table, HasSubstr("Hands      down  60 s     no    7.0 s "));
  EXPECT_THAT(table, HasSubstr("\n           Connection refused\n"));
  down.set_disconnected(true);
  EXPECT_THAT(Table({down}), HasSubstr("disconnected here by an operator\n"));
}

TEST(TheTableOfLinks, HasARowForATextNeighborWithWhichThereIsNoOtherLink) {
  v1::ListNeighborsResponse response;
  v1::TextNeighbor& text = *response.add_text_neighbors();
  text.set_server("Wilkes");
  text.set_up(true);
  text.set_since_at_ns(kNow - 60'000'000'000);
  text.set_sent_lines(12'345);
  const auto table = [&] { return LinksTable({{"Goloman", "", response}}, kNow, false); };
  EXPECT_THAT(table(),
              HasSubstr("Goloman    Wilkes     up    60 s     text  0        -        12k"));
  text.set_up(false);
  text.set_last_error("Connection refused");
  text.set_refused_lines(3);
  EXPECT_THAT(table(), HasSubstr("Wilkes     down"));
  EXPECT_THAT(table(), HasSubstr("\n           Connection refused\n"));
  EXPECT_THAT(table(), HasSubstr("\n           it has refused 3 lines\n"));
  text.set_linked(true);
  EXPECT_EQ(table().find("Wilkes"), std::string::npos);
}

TEST(TheTableOfLinks, NamesTheServerThatDoesNotAnswer) {
  EXPECT_THAT(LinksTable({{"Welsh", "127.0.0.1:1", absl::UnavailableError("x")}}, kNow, false),
              HasSubstr("Welsh      does not answer\n"));
}

TEST(TheTableOfLinks, FitsIntoAnOrdinaryTerminalAndHasColoursOnlyThere) {
  v1::Neighbor link = Link("Holiday");
  link.set_lag_updates(1);
  link.set_lag_ns(850'000);
  link.set_round_trip_ns(850'000);
  link.set_duplicate_updates(12'345'678);
  std::istringstream lines(Table({link}));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80) << line;
  EXPECT_EQ(Table({link}).find('\x1b'), std::string::npos);
  EXPECT_THAT(Table({link}, true), HasSubstr("\x1b[32mup  \x1b[0m"));
}

}  // namespace
}  // namespace herd::client
