// Faults on demand: what the stand-in does wrong while it is told to, so that whoever asks it can
// be tried. Switched with POST /faults and a JSON such as
//
//   {"kind": "none"}
//   {"kind": "delay", "ms": 200}         answers later
//   {"kind": "http", "status": 503}      answers with that status; 3xx with a Location
//   {"kind": "hang"}                     does not answer until the fault is another
//   {"kind": "truncated"}                breaks off in the middle of the body
//   {"kind": "garbage"}                  a body that is not JSON
//   {"kind": "no_results"}               JSON, and not an answer
//   {"kind": "huge"}                     a body of 5 MiB
//   {"kind": "over_quota"}               as Google says it: in the document, or as HTTP 429
//   {"kind": "denied"}                   likewise: in the document, or as HTTP 403
//
// and "count": N, after so many requests it is none again.
//
// Any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "client/standin/exchange.h"

namespace herd::standin {

struct Fault {
  enum class Kind {
    kNone,
    kDelay,
    kHttp,
    kHang,
    kTruncated,
    kGarbage,
    kNoResults,
    kHuge,
    kOverQuota,
    kDenied,
  };
  Kind kind = Kind::kNone;
  int ms = 0;
  int http_status = 0;
  // Requests left; 0: no end.
  std::uint64_t count = 0;
};

// Nothing: the JSON is not as above.
std::optional<Fault> ParseFault(const std::string& json);

class Faults {
 public:
  // Answers POST /faults.
  Reply Set(const std::string& json);

  // The reply to a search, done wrong if it has to be; waits where the fault is a wait. `legacy`:
  // which of the APIs was asked. Calls `answer` for the right one.
  Reply Spoil(bool legacy, const std::function<Reply()>& answer);

  // Ends all waits.
  void Stop();

 private:
  Fault Take();
  void Wait(const Fault& fault);

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  Fault fault_;
  std::uint64_t number_ = 0;  // of the fault: how often it was set
  bool stopping_ = false;
};

}  // namespace herd::standin
