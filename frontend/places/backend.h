// One way to ask for places: how a query becomes an HTTP request, and an HTTP answer the reply that
// clients know.
#pragma once

#include <string>

#include "frontend/places/fetcher.h"
#include "frontend/places/places.h"
#include "frontend/places/results.h"

namespace herd::places {

// How a call ended, in Google's words.
enum class Outcome {
  kOk,
  kZeroResults,
  kInvalidRequest,
  kOverQueryLimit,
  kRequestDenied,
  kUnknownError,
};

struct Reply {
  Outcome outcome = Outcome::kOk;
  // For the client, always in the legacy shape: a failure is a document too.
  Results results;
  // Empty when Places works. Otherwise what is wrong with it, for people. A request that Google
  // calls invalid and a search without results are answers like any other.
  std::string trouble;
  // With trouble, for the log alone: what exactly happened.
  std::string detail;
  // With trouble: asking once more may help, and does no harm.
  bool worth_a_retry = false;
};

class Backend {
 public:
  virtual ~Backend() = default;

  // Constant: all may be called on any thread.

  // How many results to ask for, for a client that wants at most so many. 0: nothing is asked, and
  // the answer is empty.
  virtual int ResultsToAskFor(int bound) const = 0;

  // Without a deadline. `results` is what ResultsToAskFor has said.
  virtual HttpRequest RequestFor(const Query& query, int results) const = 0;

  // What a fetch says. The key is blanked wherever it stands.
  virtual Reply ReplyTo(Fetched fetched) const = 0;
};

}  // namespace herd::places
