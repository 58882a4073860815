// What a server's status becomes on the page for Prometheus.
#include "server/metrics/describe.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"

namespace herd::metrics {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string PageOf(const Snapshot& snapshot) {
  return prometheus::TextSerializer().Serialize(Describe(snapshot));
}

Snapshot WithNeighbor(const v1::Neighbor& neighbor) {
  Snapshot snapshot;
  *snapshot.status.add_neighbors() = neighbor;
  return snapshot;
}

TEST(Describe, TellsWhoTheServerIs) {
  Snapshot snapshot;
  snapshot.status.set_server("Goloman");
  snapshot.status.set_version("1.2.3");
  snapshot.status.set_ack_mode(v1::ACK_MODE_NEIGHBORS);
  snapshot.status.mutable_config()->set_log_level(v1::LOG_LEVEL_INFO);
  EXPECT_THAT(PageOf(snapshot),
              HasSubstr("herd_info{server=\"Goloman\",version=\"1.2.3\",ack=\"neighbors\","
                        "log_level=\"info\",traffic_log=\"off\"} 1\n"));
}

TEST(Describe, AddsUpTheRunsOfAnOrigin) {
  Snapshot snapshot;
  for (const std::uint64_t run : {1, 2}) {
    v1::OriginProgress* const progress = snapshot.status.add_vector();
    progress->mutable_origin()->set_server("Hands");
    progress->mutable_origin()->set_start_ns(run);
    progress->set_through(10 * run);
  }
  EXPECT_THAT(PageOf(snapshot), HasSubstr("herd_origin_updates{origin=\"Hands\"} 30\n"));
}

TEST(Describe, TellsOfAnOriginOfWhichNothingIsKnown) {
  Snapshot snapshot;
  snapshot.status.mutable_config()->add_servers("Welsh");
  EXPECT_THAT(PageOf(snapshot), HasSubstr("herd_origin_updates{origin=\"Welsh\"} 0\n"));
}

TEST(Describe, CountsSmallerDurationsIntoEachBucketAndGivesSeconds) {
  Snapshot snapshot;
  v1::Durations* const replies = snapshot.status.mutable_front_door()->mutable_neighbor_replies();
  for (const std::uint64_t count : {3, 2, 1}) replies->add_counts(count);
  replies->add_ends_ns(1'000'000);
  replies->add_ends_ns(2'000'000'000);
  replies->set_sum_ns(2'500'000'000);
  const std::string page = PageOf(snapshot);
  const std::string bucket = "herd_reply_seconds_bucket{waited_for=\"neighbors\",le=";
  EXPECT_THAT(page, HasSubstr("# TYPE herd_reply_seconds histogram\n"));
  EXPECT_THAT(page, HasSubstr(absl::StrCat(bucket, "\"0.001\"} 3\n")));
  EXPECT_THAT(page, HasSubstr(absl::StrCat(bucket, "\"2\"} 5\n")));
  EXPECT_THAT(page, HasSubstr(absl::StrCat(bucket, "\"+Inf\"} 6\n")));
  EXPECT_THAT(page, HasSubstr("herd_reply_seconds_count{waited_for=\"neighbors\"} 6\n"));
  EXPECT_THAT(page, HasSubstr("herd_reply_seconds_sum{waited_for=\"neighbors\"} 2.5\n"));
}

TEST(Describe, GivesTheWaitsForPlacesInSecondsToo) {
  Snapshot snapshot;
  v1::Places* const places = snapshot.status.mutable_places();
  places->add_wait_counts(4);
  places->add_wait_counts(1);
  places->add_wait_ends_ms(5000);
  EXPECT_THAT(PageOf(snapshot), HasSubstr("herd_places_wait_seconds_bucket{le=\"5\"} 4\n"
                                          "herd_places_wait_seconds_bucket{le=\"+Inf\"} 5\n"));
}

TEST(Describe, TellsDirectionsAsTheServerSeesThem) {
  v1::Neighbor neighbor;
  neighbor.set_server("Hands");
  neighbor.set_inbound_up(true);
  neighbor.set_received_bytes(5);
  neighbor.set_sent_bytes(7);
  const std::string page = PageOf(WithNeighbor(neighbor));
  EXPECT_THAT(page, HasSubstr("herd_link_up{neighbor=\"Hands\",direction=\"inbound\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("herd_link_up{neighbor=\"Hands\",direction=\"outbound\"} 0\n"));
  EXPECT_THAT(page,
              HasSubstr("herd_link_bytes_total{neighbor=\"Hands\",direction=\"inbound\"} 5\n"));
  EXPECT_THAT(page,
              HasSubstr("herd_link_bytes_total{neighbor=\"Hands\",direction=\"outbound\"} 7\n"));
}

TEST(Describe, CountsTheOriginsThatGoDownALink) {
  v1::Neighbor neighbor;
  neighbor.set_server("Hands");
  for (const bool eager : {true, true, false}) neighbor.add_origins()->set_eager_inbound(eager);
  EXPECT_THAT(PageOf(WithNeighbor(neighbor)),
              HasSubstr("herd_link_eager_origins{neighbor=\"Hands\",direction=\"inbound\"} 2\n"));
}

TEST(Describe, LeavesOutWhatThereIsNoneOf) {
  EXPECT_THAT(PageOf(Snapshot()), Not(HasSubstr("herd_link_")));
}

TEST(Describe, NamesTheOneStateOfTheBreaker) {
  Snapshot snapshot;
  snapshot.status.mutable_places()->set_breaker(v1::Places::BREAKER_HALF_OPEN);
  EXPECT_THAT(PageOf(snapshot), HasSubstr("herd_places_breaker{state=\"closed\"} 0\n"
                                          "herd_places_breaker{state=\"open\"} 0\n"
                                          "herd_places_breaker{state=\"half_open\"} 1\n"));
}

// Which numbers of a message change nothing on the page.
std::set<std::string> Unshown(
    const google::protobuf::Message& message,
    const std::function<std::string(const google::protobuf::Message&)>& page) {
  std::set<std::string> unshown;
  const auto* const reflection = message.GetReflection();
  const std::string without = page(message);
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const auto* const field = message.GetDescriptor()->field(i);
    if (field->is_repeated()) continue;
    std::unique_ptr<google::protobuf::Message> with(message.New());
    with->CopyFrom(message);
    using Field = google::protobuf::FieldDescriptor;
    switch (field->cpp_type()) {
      case Field::CPPTYPE_UINT64:
        reflection->SetUInt64(with.get(), field, 1'000'000'007);
        break;
      case Field::CPPTYPE_BOOL:
        reflection->SetBool(with.get(), field, true);
        break;
      default:
        continue;
    }
    if (page(*with) == without) unshown.insert(field->name());
  }
  return unshown;
}

// So that nobody adds a number to what operators get and forgets it here.
TEST(Describe, ShowsEveryNumberOfTheStatus) {
  const auto of_status = [](const google::protobuf::Message& message) {
    Snapshot snapshot;
    snapshot.status.CopyFrom(message);
    return PageOf(snapshot);
  };
  // The uptime is the time less the start; the sums over the links are Prometheus' to make; a
  // digest is no number.
  EXPECT_THAT(Unshown(v1::GetStatusResponse(), of_status),
              testing::UnorderedElementsAre("uptime_ns", "received_updates", "duplicate_updates",
                                            "grafts", "prunes", "repairs", "digest"));
}

TEST(Describe, ShowsEveryNumberOfTheFrontDoorAndOfTheLog) {
  const auto of_door = [](const google::protobuf::Message& message) {
    Snapshot snapshot;
    snapshot.status.mutable_front_door()->CopyFrom(message);
    return PageOf(snapshot);
  };
  EXPECT_THAT(Unshown(v1::FrontDoor(), of_door), testing::IsEmpty());
  const auto of_log = [](const google::protobuf::Message& message) {
    Snapshot snapshot;
    snapshot.status.mutable_log()->CopyFrom(message);
    return PageOf(snapshot);
  };
  EXPECT_THAT(Unshown(v1::LogCounts(), of_log), testing::IsEmpty());
}

TEST(Describe, ShowsEveryNumberOfALink) {
  const auto of_link = [](const google::protobuf::Message& message) {
    v1::Neighbor neighbor;
    neighbor.CopyFrom(message);
    return PageOf(WithNeighbor(neighbor));
  };
  EXPECT_THAT(Unshown(v1::Neighbor(), of_link), testing::IsEmpty());
}

TEST(Describe, ShowsEveryNumberOfATextNeighbor) {
  const auto of_neighbor = [](const google::protobuf::Message& message) {
    Snapshot snapshot;
    snapshot.status.add_text_neighbors()->CopyFrom(message);
    return PageOf(snapshot);
  };
  // Whether there is another link with it stands at that link.
  EXPECT_THAT(Unshown(v1::TextNeighbor(), of_neighbor), testing::ElementsAre("linked"));
}

TEST(Describe, ShowsEveryNumberOfPlaces) {
  const auto of_places = [](const google::protobuf::Message& message) {
    Snapshot snapshot;
    snapshot.status.mutable_places()->CopyFrom(message);
    return PageOf(snapshot);
  };
  EXPECT_THAT(Unshown(v1::Places(), of_places), testing::IsEmpty());
}

TEST(Process, UsesSomeOfEverything) {
  const ProcessUse use = ReadProcessUse();
  EXPECT_GT(use.cpu_seconds, 0);
  EXPECT_GT(use.virtual_bytes, 1'000'000u);
  EXPECT_GE(use.open_descriptors, 3u);
  EXPECT_GE(use.threads, 1u);
}

}  // namespace
}  // namespace herd::metrics
