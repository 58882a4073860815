// The parts of a reply that both ways to ask for places share.
//
// Pure, any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "frontend/places/backend.h"
#include "frontend/places/failure.h"

namespace herd::places {

// Google's status word as an outcome; one that is not known is kUnknownError.
Outcome OutcomeOf(std::string_view status);
std::string_view StatusOf(Outcome outcome);

// The reply to a fetch that failed or whose HTTP status is not 200; else nullopt. `key` is blanked.
std::optional<Reply> ReplyToFailedFetch(const Fetched& fetched, std::string_view key);

// A failure, and what the log is told beside it. `key` is blanked.
Reply FailedReply(const Failure& failure, std::string_view detail, std::string_view key);

// The reply that a legacy document makes. `body`'s key has been blanked.
Reply ReplyOfDocument(std::string body);

}  // namespace herd::places
