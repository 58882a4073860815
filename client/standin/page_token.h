// `next_page_token`: all that the next page needs, so that the server keeps nothing. It is checked
// against accidents, not sealed against forgers: what it says is validated like any input.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "client/standin/nearby_query.h"

namespace herd::standin {

// `data` is the fingerprint of the places that the query was answered from.
std::string EncodePageToken(const NearbyQuery& query, uint64_t data);

// Nothing where the token is not one that EncodePageToken made from the same places.
std::optional<NearbyQuery> DecodePageToken(const std::string& token, uint64_t data);

}  // namespace herd::standin
