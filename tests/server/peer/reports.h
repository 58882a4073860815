// Reports and lookups in one line each, for tests that are about something else.
#pragma once

#include <optional>
#include <string>

#include "server/state/store.h"

namespace herd::peer {

// A client reports its position at this store; returns whether that made an update.
bool Report(Store& store, const std::string& client_id, const std::string& time,
            const std::string& position = "+34.068930-118.445127");

// "Goloman +34.0-118.4 1.5", or "" for an unknown client.
std::string Lookup(Store& store, const std::string& client_id);

VersionVector Vector(const Store& store);

}  // namespace herd::peer
