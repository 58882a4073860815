#include "server/operator/client_message.h"

#include <string>

#include "server/state/fix.h"
#include "server/text/utf8.h"

namespace herd {

void SetClientId(std::string_view client_id, v1::Client* client) {
  client->set_client_id(ToUtf8(client_id));
  if (client->client_id() != client_id) client->set_client_id_bytes(std::string(client_id));
}

void ToMessage(const Update& update, const Degrees& place, v1::Client* client) {
  SetClientId(update.client_id, client);
  client->set_sequence(update.sequence);
  if (update.fix.shape != 0) {
    AppendPosition(update.fix, client->mutable_position());
  } else {
    client->set_position(std::string(update.text.position));
  }
  client->set_latitude(place.latitude);
  client->set_longitude(place.longitude);
  client->set_time_ns(update.fix.time);
  client->set_skew_ns(update.skew);
  if (!update.server.empty()) client->set_received_by(std::string(update.server));
}

void SetOrigin(const OriginId& id, v1::Origin* origin) {
  origin->set_server(id.server);
  origin->set_start_ns(id.start_ns);
}

}  // namespace herd
