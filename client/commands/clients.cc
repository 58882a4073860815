#include "client/commands/clients.h"

#include <algorithm>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "client/commands/message_json.h"
#include "client/commands/terminal.h"

namespace herd::client {
namespace {

constexpr uint64_t kPage = 1000;

std::string Line(const v1::Client& client) {
  const std::string time = absl::FormatTime(
      "%Y-%m-%d %H:%M:%SZ", absl::FromUnixNanos(client.time_ns()), absl::UTCTimeZone());
  return absl::StrFormat("%-20s  %-24s  %s  %s", Printable(client.client_id()), client.position(),
                         time, client.origin().server());
}

}  // namespace

int RunClients(const HerdOptions& herd, const ClientsOptions& options) {
  const absl::StatusOr<Target> target = FindOperator(herd, options.server);
  if (!target.ok()) return Fail(target.status());
  OperatorClient server({{target->server, target->endpoint}}, herd.identity);
  const auto area = FindArea(options.near, server, herd.timeout);
  if (!area.ok()) return Fail(Of(*target, area.status()));
  v1::ListClientsRequest request;
  if (*area) *request.mutable_area() = **area;
  request.set_prefix_bytes(options.prefix);
  request.set_server(options.reported_to);
  uint64_t left = options.limit == 0 ? ~uint64_t{0} : options.limit;
  do {
    request.set_page_size(static_cast<uint32_t>(std::min(left, kPage)));
    const auto page = server.ListClients(request, herd.timeout);
    if (!page.ok()) return Fail(Of(*target, page.status()));
    for (const v1::Client& client : page->clients()) {
      std::cout << (options.json ? ToJsonLine(client) : Line(client)) << "\n";
    }
    left -= static_cast<uint64_t>(page->clients_size());
    request.set_page_token(page->next_page_token());
  } while (left > 0 && !request.page_token().empty());
  std::cout << std::flush;
  if (!request.page_token().empty()) {
    Complain("there may be more; --limit 0 shows all");
  }
  return kExitOk;
}

}  // namespace herd::client
