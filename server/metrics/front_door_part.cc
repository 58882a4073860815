#include "server/metrics/parts.h"

namespace herd::metrics {

void AddFrontDoor(const v1::FrontDoor& door, Page* page) {
  page->Counter("herd_accepted_connections_total", "Connections of clients that were accepted.")
      .Add(door.accepted_connections());
  page->Counter("herd_accept_failures_total",
                "Times that no connection could be accepted, for want of descriptors or memory.")
      .Add(door.accept_failures());
  page->Counter("herd_cut_off_connections_total",
                "Connections that were closed for a line that was too long.")
      .Add(door.cut_off());
  page->Counter("herd_client_bytes_total", "Bytes from clients (inbound) and to them (outbound).")
      .Add(door.received_bytes(), {{"direction", "inbound"}})
      .Add(door.sent_bytes(), {{"direction", "outbound"}});
  page->Counter("herd_commands_total",
                "Lines from clients, by what they were: \"unknown\" are WHATSATs of a client that "
                "the server does not know.")
      .Add(door.iamats(), {{"command", "iamat"}})
      .Add(door.whatsats() - door.unknown_whatsats(), {{"command", "whatsat"}})
      .Add(door.unknown_whatsats(), {{"command", "unknown"}})
      .Add(door.invalid(), {{"command", "invalid"}});
  page->Histogram("herd_reply_seconds",
                  "From when the server turned to a command until its reply was handed to the "
                  "kernel, by what the reply, or one before it, waited for.")
      .Add(door.immediate_replies(), {{"waited_for", "nothing"}})
      .Add(door.neighbor_replies(), {{"waited_for", "neighbors"}})
      .Add(door.places_replies(), {{"waited_for", "places"}});
}

}  // namespace herd::metrics
