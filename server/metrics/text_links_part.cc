#include <functional>

#include "server/metrics/parts.h"

namespace herd::metrics {
namespace {

using v1::TextNeighbor;

template <typename Number>
void AddEach(const TextNeighbors& neighbors, Page* page, Number number) {
  for (const TextNeighbor& neighbor : neighbors) {
    page->Add(std::invoke(number, neighbor), {{"neighbor", neighbor.server()}});
  }
}

}  // namespace

void AddTextLinks(const TextNeighbors& neighbors, Page* page) {
  page->Gauge("herd_text_link_up",
              "1: the connection to this neighbor, which may speak text alone, is open.");
  AddEach(neighbors, page, &TextNeighbor::up);
  page->Gauge("herd_text_link_changed_timestamp_seconds",
              "Since when herd_text_link_up is as it is.");
  AddEach(neighbors, page, [](const TextNeighbor& n) { return ToSeconds(n.since_at_ns()); });
  page->Gauge("herd_text_link_lag_updates", "Updates, at most, that it has not been told.");
  AddEach(neighbors, page, &TextNeighbor::lag_updates);
  page->Counter("herd_text_link_connects_total", "Times that the connection has been opened.");
  AddEach(neighbors, page, &TextNeighbor::connects);
  page->Counter("herd_text_link_lines_total", "AT lines that have been sent to it.");
  AddEach(neighbors, page, &TextNeighbor::sent_lines);
  page->Counter("herd_text_link_refused_lines_total",
                "Lines that it has answered with \"?\": it does not believe this server.");
  AddEach(neighbors, page, &TextNeighbor::refused_lines);
}

}  // namespace herd::metrics
