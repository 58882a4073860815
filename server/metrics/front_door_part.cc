#include "server/metrics/parts.h"

namespace herd::metrics {

void AddFrontDoor(const v1::FrontDoor& door, Page* page) {
  page->Counter("herd_accepted_connections_total", "Connections of clients that were accepted.")
      .Add(door.accepted_connections());
  page->Counter("herd_accept_failures_total",
                "Times that no connection could be accepted, for want of descriptors or memory.")
      .Add(door.accept_failures());
  page->Counter("herd_refused_connections_total",
                "Connections that were closed as soon as they came, since there were too many: of "
                "all, or of their address.")
      .Add(door.refused_connections(), {{"of", "all"}})
      .Add(door.refused_of_address(), {{"of", "address"}});
  page->Counter("herd_closed_connections_total",
                "Connections that the server closed: the client said nothing (idle), did not "
                "finish a line (unfinished_line) or made it too long (too_long_line), did not take "
                "its replies (untaken_replies), or too much was kept for it (pending_bytes).")
      .Add(door.closed_idle(), {{"reason", "idle"}})
      .Add(door.closed_unfinished_line(), {{"reason", "unfinished_line"}})
      .Add(door.cut_off(), {{"reason", "too_long_line"}})
      .Add(door.closed_untaken_replies(), {{"reason", "untaken_replies"}})
      .Add(door.closed_pending_bytes(), {{"reason", "pending_bytes"}})
      .Add(door.closed_unfinished_handshake(), {{"reason", "unfinished_handshake"}})
      .Add(door.closed_failed_handshake(), {{"reason", "failed_handshake"}});
  page->Gauge("herd_client_connections_limit", "Connections of clients that may be at a time.")
      .Add(door.limits().connections());
  page->Gauge("herd_clients_limit", "Clients that may be known, 0: any number.")
      .Add(door.limits().clients());
  page->Gauge("herd_client_pending_bytes",
              "Bytes kept for clients: commands that are not done with, and replies that have not "
              "left.")
      .Add(door.pending_bytes());
  page->Gauge("herd_client_pending_bytes_limit",
              "Beyond so many, a client is closed that has more than an equal share.")
      .Add(door.limits().pending_bytes());
  page->Counter("herd_client_bytes_total", "Bytes from clients (inbound) and to them (outbound).")
      .Add(door.received_bytes(), {{"direction", "inbound"}})
      .Add(door.sent_bytes(), {{"direction", "outbound"}});
  page->Counter("herd_commands_total",
                "Lines from clients, by what they were: \"unknown\" are WHATSATs of a client that "
                "the server does not know, \"refused\" IAMATs of new clients when there are "
                "enough, \"at\" and \"refused_at\" those of text neighbors.")
      .Add(door.iamats(), {{"command", "iamat"}})
      .Add(door.whatsats() - door.unknown_whatsats(), {{"command", "whatsat"}})
      .Add(door.unknown_whatsats(), {{"command", "unknown"}})
      .Add(door.refused_iamats(), {{"command", "refused"}})
      .Add(door.relays(), {{"command", "at"}})
      .Add(door.refused_relays(), {{"command", "refused_at"}})
      .Add(door.invalid(), {{"command", "invalid"}});
  page->Counter(
          "herd_invalid_relays_total",
          "Of the invalid lines, those of text neighbors that are no AT lines or name a server "
          "that is not configured.")
      .Add(door.invalid_relays());
  page->Histogram("herd_reply_seconds",
                  "From when the server turned to a command until its reply was handed to the "
                  "kernel, by what the reply, or one before it, waited for.")
      .Add(door.immediate_replies(), {{"waited_for", "nothing"}})
      .Add(door.neighbor_replies(), {{"waited_for", "neighbors"}})
      .Add(door.places_replies(), {{"waited_for", "places"}});
}

}  // namespace herd::metrics
