#include "frontend/places/reply.h"

#include <array>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "frontend/places/api_key.h"

namespace herd::places {
namespace {

struct Word {
  std::string_view status;
  Outcome outcome;
  // There will be no places for a while.
  bool trouble;
};
constexpr std::array<Word, 7> kWords = {{
    {"OK", Outcome::kOk, false},
    {"ZERO_RESULTS", Outcome::kZeroResults, false},
    {kInvalidRequest, Outcome::kInvalidRequest, false},
    {kOverQueryLimit, Outcome::kOverQueryLimit, true},
    {"OVER_DAILY_LIMIT", Outcome::kOverQueryLimit, true},
    {kRequestDenied, Outcome::kRequestDenied, true},
    {kUnknownError, Outcome::kUnknownError, true},
}};

// Not the first byte of a character, in UTF-8.
bool IsWithinCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

const Word* FindWord(std::string_view status) {
  for (const Word& word : kWords) {
    if (word.status == status) return &word;
  }
  return nullptr;
}

// One short line. The text may be another's, of any length.
std::string ForTheLog(std::string text) {
  constexpr std::size_t kLongest = 500;  // bytes
  if (text.size() > kLongest) {
    std::size_t end = kLongest;
    while (end > 0 && IsWithinCharacter(text[end])) --end;
    text.resize(end);
  }
  for (char& c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return text;
}

// What may be gone with the next attempt. Not a time limit, since none would be left, nor what is
// the same each time.
bool IsWorthARetry(const Fetched& fetched) {
  switch (fetched.error) {
    case FetchError::kNone:
      return fetched.http_status >= 500;
    case FetchError::kName:
    case FetchError::kConnect:
    case FetchError::kBroken:
      return true;
    default:
      return false;
  }
}

}  // namespace

Outcome OutcomeOf(std::string_view status) {
  const Word* const word = FindWord(status);
  return word == nullptr ? Outcome::kUnknownError : word->outcome;
}

std::string_view StatusOf(Outcome outcome) {
  for (const Word& word : kWords) {
    if (word.outcome == outcome) return word.status;
  }
  return kUnknownError;
}

std::optional<Reply> ReplyToFailedFetch(const Fetched& fetched, std::string_view key) {
  if (fetched.error == FetchError::kNone && fetched.http_status == 200) return std::nullopt;
  const Failure failure = fetched.error == FetchError::kNone ? FailureOf(fetched.http_status)
                                                             : FailureOf(fetched.error);
  Reply reply = FailedReply(failure, fetched.detail, key);
  reply.worth_a_retry = IsWorthARetry(fetched);
  return reply;
}

Reply FailedReply(const Failure& failure, std::string_view detail, std::string_view key) {
  Reply reply;
  reply.outcome = OutcomeOf(failure.status);
  reply.results =
      Results::WithoutAny(BlankKey(FailureReply(failure), key), std::string(failure.status));
  reply.trouble = BlankKey(failure.message, key);
  reply.detail = ForTheLog(BlankKey(std::string(detail), key));
  return reply;
}

Reply ReplyOfDocument(std::string body) {
  absl::StatusOr<Results> results = Results::Read(std::move(body));
  if (!results.ok()) {
    const absl::string_view why = results.status().message();
    return FailedReply(NotUsable({why.data(), why.size()}), "", "");
  }
  Reply reply;
  reply.results = *std::move(results);
  const std::string& status = reply.results.status();
  const Word* const word = FindWord(status);
  reply.outcome = OutcomeOf(status);
  if (word != nullptr && word->trouble) reply.trouble = absl::StrCat("Places said ", status, ".");
  reply.worth_a_retry = status == kUnknownError;
  return reply;
}

}  // namespace herd::places
