#include <algorithm>
#include <functional>

#include "server/metrics/parts.h"

namespace herd::metrics {
namespace {

constexpr char kInbound[] = "inbound";
constexpr char kOutbound[] = "outbound";

using v1::Neighbor;

// What the functions below put into the family that was begun last.
template <typename Number>
void AddEach(const Neighbors& neighbors, Page* page, Number number) {
  for (const Neighbor& neighbor : neighbors) {
    page->Add(number(neighbor), {{"neighbor", neighbor.server()}});
  }
}

template <typename Inbound, typename Outbound>
void AddBoth(const Neighbors& neighbors, Page* page, Inbound inbound, Outbound outbound) {
  for (const Neighbor& neighbor : neighbors) {
    page->Add(std::invoke(inbound, neighbor),
              {{"neighbor", neighbor.server()}, {"direction", kInbound}});
    page->Add(std::invoke(outbound, neighbor),
              {{"neighbor", neighbor.server()}, {"direction", kOutbound}});
  }
}

void AddStates(const Neighbors& neighbors, Page* page) {
  page->Gauge("herd_link_up", "1: the link with the neighbor is open, and it has spoken.");
  AddBoth(neighbors, page, &Neighbor::inbound_up, &Neighbor::outbound_up);
  page->Gauge("herd_link_changed_timestamp_seconds", "Since when herd_link_up is as it is.");
  AddBoth(
      neighbors, page, [](const Neighbor& n) { return ToSeconds(n.inbound_since_at_ns()); },
      [](const Neighbor& n) { return ToSeconds(n.outbound_since_at_ns()); });
  page->Gauge("herd_link_in_sync", "1: clients' replies wait for this neighbor.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::in_sync));
  page->Gauge("herd_link_in_sync_changed_timestamp_seconds",
              "Since when herd_link_in_sync is as it is.");
  AddEach(neighbors, page, [](const Neighbor& n) { return ToSeconds(n.in_sync_since_at_ns()); });
  page->Gauge("herd_link_leaving", "1: the neighbor has said that it is about to stop.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::leaving));
  page->Gauge("herd_link_disconnected", "1: an operator has disconnected the neighbor here.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::disconnected));
  page->Gauge("herd_link_caller", "1: this server opens the link; 0: the neighbor does.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::calls));
}

void AddLags(const Neighbors& neighbors, Page* page) {
  page->Gauge("herd_link_lag_updates",
              "Updates that this server has and the neighbor has not said to have.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::lag_updates));
  page->Gauge("herd_link_lag_seconds",
              "All that this server had so long ago the neighbor has said to have.");
  AddEach(neighbors, page, [](const Neighbor& n) { return ToSeconds(n.lag_ns()); });
  page->Gauge("herd_link_lacking_updates",
              "Updates that the neighbor says to have and this server lacks.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::lacking_updates));
  page->Gauge("herd_link_lacking_seconds", "For how long some of those have been missing.");
  AddEach(neighbors, page, [](const Neighbor& n) { return ToSeconds(n.lacking_ns()); });
}

void AddTimes(const Neighbors& neighbors, Page* page) {
  page->Gauge("herd_link_last_round_trip_seconds",
              "How long the last push that was timed took to be acknowledged.");
  AddEach(neighbors, page, [](const Neighbor& n) { return ToSeconds(n.round_trip_ns()); });
  page->Histogram("herd_link_round_trip_seconds",
                  "From a push of updates to the neighbor to its acknowledgement; one at a time is "
                  "timed.");
  for (const Neighbor& neighbor : neighbors) {
    page->Add(neighbor.round_trips(), {{"neighbor", neighbor.server()}});
  }
  page->Counter("herd_link_late_total",
                "Times that the neighbor acknowledged too late, and fell out of sync for it.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::times_late));
}

void AddTraffic(const Neighbors& neighbors, Page* page) {
  page->Counter("herd_link_connects_total", "Times that the link has been opened.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::connects));
  page->Counter("herd_link_knocks_total",
                "Times that the one of the two that is to be called has told the other one where "
                "it is.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::knocks));
  page->Counter("herd_link_messages_total", "Messages on the link.");
  AddBoth(neighbors, page, &Neighbor::received_messages, &Neighbor::sent_messages);
  page->Counter(
      "herd_link_refused_messages_total",
      "Messages of the neighbor that were nonsense, for each of which the link was closed.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::refused_messages));
  page->Counter("herd_link_bytes_total", "Bytes of those messages.");
  AddBoth(neighbors, page, &Neighbor::received_bytes, &Neighbor::sent_bytes);
  page->Counter("herd_link_updates_total", "Updates in those messages.");
  AddBoth(neighbors, page, &Neighbor::received_updates, &Neighbor::sent_updates);
  page->Counter("herd_link_received_ranges_total", "Ranges that the received updates came in.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::received_ranges));
  page->Counter("herd_link_duplicate_updates_total",
                "Updates that were received and that this server had already.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::duplicate_updates));
}

// How many origins' updates go down the link as they come.
std::ptrdiff_t EagerOrigins(const Neighbor& neighbor, bool (v1::LinkOrigin::*eager)() const) {
  return std::count_if(neighbor.origins().begin(), neighbor.origins().end(), std::mem_fn(eager));
}

void AddTrees(const Neighbors& neighbors, Page* page) {
  page->Gauge("herd_link_eager_origins",
              "Origins whose updates go down the link as they come; of others is said how far they "
              "are had.");
  AddBoth(
      neighbors, page,
      [](const Neighbor& n) { return EagerOrigins(n, &v1::LinkOrigin::eager_inbound); },
      [](const Neighbor& n) { return EagerOrigins(n, &v1::LinkOrigin::eager_outbound); });
  page->Counter("herd_link_grafts_total", "Times that an origin's updates were asked of it.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::grafts));
  page->Counter("herd_link_prunes_total", "Times that they were no longer.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::prunes));
  page->Counter("herd_link_repairs_total",
                "Of the grafts, those that were made since updates were missing, or the neighbor "
                "that had sent them was gone.");
  AddEach(neighbors, page, std::mem_fn(&Neighbor::repairs));
}

}  // namespace

void AddLinks(const Neighbors& neighbors, Page* page) {
  AddStates(neighbors, page);
  AddLags(neighbors, page);
  AddTimes(neighbors, page);
  AddTraffic(neighbors, page);
  AddTrees(neighbors, page);
}

}  // namespace herd::metrics
