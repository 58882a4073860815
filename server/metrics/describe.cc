#include "server/metrics/describe.h"

#include "server/metrics/page.h"
#include "server/metrics/parts.h"

namespace herd::metrics {

std::vector<prometheus::MetricFamily> Describe(const Snapshot& snapshot) {
  Page page;
  AddServer(snapshot.status, &page);
  AddFrontDoor(snapshot.status.front_door(), &page);
  AddLinks(snapshot.status.neighbors(), &page);
  AddTextLinks(snapshot.status.text_neighbors(), &page);
  AddPlaces(snapshot.status.places(), &page);
  AddProcess(snapshot.status, snapshot.process, &page);
  return page.Take();
}

void AddProcess(const v1::GetStatusResponse& status, const ProcessUse& use, Page* page) {
  page->Counter("process_cpu_seconds_total", "CPU time that the process has taken, in seconds.")
      .Add(use.cpu_seconds);
  page->Gauge("process_resident_memory_bytes", "Memory that the process holds, in bytes.")
      .Add(status.resident_bytes());
  page->Gauge("process_virtual_memory_bytes", "Address space of the process, in bytes.")
      .Add(use.virtual_bytes);
  if (use.open_descriptors) {
    page->Gauge("process_open_fds", "Descriptors that are open: clients, and some of its own.")
        .Add(*use.open_descriptors);
  }
  page->Gauge("process_max_fds", "Descriptors that may be open.").Add(status.descriptor_limit());
  page->Gauge("process_threads", "Threads of the process.").Add(use.threads);
  page->Gauge("process_start_time_seconds", "When the server began, in seconds since the epoch.")
      .Add(ToSeconds(status.start_ns()));
}

}  // namespace herd::metrics
