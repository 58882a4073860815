// The one door to simdjson.
//
// simdjson's DOM parser checks the whole document and gives the members in their order, names
// unescaped, but not where in the text they stand. ValidJson finds that: given a checked document
// it needs only strings and brackets. (simdjson's on-demand parser knows the places, but checks
// only what is looked at, and has no run-time choice of instruction set.)
#include "frontend/places/results.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "simdjson.h"

namespace herd::places {
namespace {

// A parser holds several times the largest document it has seen; after a rare huge one it goes.
constexpr size_t kLargestKept = size_t{256} << 10;
constexpr std::string_view kNoAttributions = "\n   \"html_attributions\" : [],";

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool IsLineEnd(char c) { return c == '\n' || c == '\r'; }

constexpr std::array<bool, 256> Marks() {
  std::array<bool, 256> marks{};
  for (const char c : std::string_view("\"{}[]")) marks[static_cast<unsigned char>(c)] = true;
  return marks;
}
constexpr std::array<bool, 256> kIsMark = Marks();

// A place in the text of a document that is known to be valid. Every step relies on that.
class ValidJson {
 public:
  ValidJson(std::string_view text, size_t at) : text_(text), at_(at) { SkipSpace(); }

  size_t at() const { return at_; }

  // Into the object or array that begins here, to its first name or element or its end.
  void Enter() {
    ++at_;
    SkipSpace();
  }

  // Over the bracket that ends it, to the byte behind it.
  void Leave() { ++at_; }

  // Over the name that begins here, to its value.
  void SkipName() {
    SkipString();
    SkipSpace();
    Enter();  // The colon.
  }

  // Over the value that begins here, to the byte behind it.
  void SkipValue() {
    if (text_[at_] == '"') return SkipString();
    if (IsOpening(text_[at_])) return SkipNested();
    while (at_ < text_.size() && !IsSpace(text_[at_]) && !IsSeparator(text_[at_])) ++at_;
  }

  // From behind a value to the next name or element, or to the closing bracket.
  void ToNext() {
    SkipSpace();
    if (text_[at_] == ',') Enter();
  }

 private:
  static bool IsOpening(char c) { return c == '{' || c == '['; }
  static bool IsSeparator(char c) { return c == ',' || c == ']' || c == '}'; }

  void SkipSpace() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
  }

  // Most of an answer is strings: from quote to quote, looking back for what escapes one.
  void SkipString() {
    const size_t begin = at_ + 1;
    do {
      at_ = text_.find('"', at_ + 1);
    } while (IsEscaped(begin));
    ++at_;
  }

  // Whether an odd number of backslashes stands before this place, back to `begin`.
  bool IsEscaped(size_t begin) const {
    size_t first = at_;
    while (first > begin && text_[first - 1] == '\\') --first;
    return (at_ - first) % 2 == 1;
  }

  void SkipNested() {
    int depth = 0;
    do {
      at_ = NextMark();
      if (text_[at_] == '"') {
        SkipString();
      } else {
        depth += IsOpening(text_[at_]) ? 1 : -1;
        ++at_;
      }
    } while (depth > 0);
  }

  // From here, the next quote or bracket.
  size_t NextMark() const {
    size_t at = at_;
    while (!kIsMark[static_cast<unsigned char>(text_[at])]) ++at;
    return at;
  }

  std::string_view text_;
  size_t at_;
};

struct Members {
  bool attributions = false;
  std::optional<size_t> results_at;  // The opening bracket.
  size_t results_end = 0;            // Behind the closing one.
  size_t results_count = 0;
  // Where the first results end.
  std::array<size_t, Results::kMostKept> ends{};
  std::optional<std::string> status;
};

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(absl::string_view(what.data(), what.size()));
}

absl::Status ReadMember(std::string_view name, simdjson::dom::element value, size_t at,
                        Members& members) {
  if (name == "html_attributions") {
    if (members.attributions) return Wrong("it has html_attributions twice");
    members.attributions = true;
  } else if (name == "results") {
    if (members.results_at) return Wrong("it has results twice");
    simdjson::dom::array results;
    if (value.get(results) != simdjson::SUCCESS) return Wrong("its results are not a list");
    members.results_at = at;
    members.results_count = results.size();
  } else if (name == "status") {
    if (members.status) return Wrong("it has status twice");
    std::string_view status;
    if (value.get(status) != simdjson::SUCCESS) return Wrong("its status is not a text");
    members.status = std::string(status);
  }
  return absl::OkStatus();
}

// Over the array that begins here, like SkipValue; notes the ends of the first results.
void SkipResults(ValidJson& place, Members& members) {
  place.Enter();
  for (size_t i = 0; i < members.results_count; ++i) {
    place.SkipValue();
    if (i < members.ends.size()) members.ends[i] = place.at();
    place.ToNext();
  }
  place.Leave();
}

absl::StatusOr<Members> ReadMembers(std::string_view body, simdjson::dom::object object) {
  Members members;
  ValidJson place(body, 0);
  place.Enter();
  for (const simdjson::dom::key_value_pair member : object) {
    place.SkipName();
    const absl::Status read = ReadMember(member.key, member.value, place.at(), members);
    if (!read.ok()) return read;
    if (members.results_at == place.at()) {
      SkipResults(place, members);
      members.results_end = place.at();
    } else {
      place.SkipValue();
    }
    place.ToNext();
  }
  if (!members.results_at) return Wrong("it has no results");
  if (!members.status) return Wrong("it has no status");
  return members;
}

std::string_view WhyNot(simdjson::error_code error) {
  switch (error) {
    case simdjson::EMPTY:
      return "it is empty";
    case simdjson::UTF8_ERROR:
      return "it is not UTF-8";
    case simdjson::DEPTH_ERROR:
      return "it is nested too deep";
    case simdjson::NUMBER_ERROR:
      return "it has a number that is malformed or too large";
    default:
      return "it is not JSON";
  }
}

// Hands the checked document to `read`, which gives a Status or a StatusOr.
template <typename Read>
auto Parse(std::string& body, Read read) -> decltype(read(simdjson::dom::element())) {
  thread_local auto parser = std::make_unique<simdjson::dom::parser>();
  body.reserve(body.size() + simdjson::SIMDJSON_PADDING);
  simdjson::dom::element document;
  const bool copy = false;
  const auto error = parser->parse(body.data(), body.size(), copy).get(document);
  decltype(read(document)) result = Wrong(WhyNot(error));
  if (error == simdjson::SUCCESS) result = read(document);
  if (body.size() > kLargestKept) parser = std::make_unique<simdjson::dom::parser>();
  return result;
}

absl::StatusOr<Members> ParseMembers(std::string& body) {
  return Parse(body, [&](simdjson::dom::element document) -> absl::StatusOr<Members> {
    simdjson::dom::object object;
    if (document.get(object) != simdjson::SUCCESS) return Wrong("it is not a JSON object");
    return ReadMembers(body, object);
  });
}

// The end of what stays of the run of line ends that begins at `at`, and the end of the run.
struct Run {
  size_t kept;
  size_t end;
};

Run RunAt(std::string_view text, size_t at) {
  const size_t end = std::min(text.find_first_not_of("\r\n", at), text.size());
  const size_t first = text.find('\n', at);
  const bool one = first >= end || text.substr(first + 1, end - first - 1).find('\n') == text.npos;
  return {one ? end : first + 1, end};
}

// Line ends stand between tokens only: raw ones inside a JSON string are not valid.
void JoinNewlines(std::string& text) {
  if (text.find("\n\n") == text.npos && text.find('\r') == text.npos) return;
  size_t length = 0;
  for (size_t at = 0; at < text.size();) {
    const bool run = IsLineEnd(text[at]);
    const Run stays = run ? RunAt(text, at) : Run{at + 1, at + 1};
    while (at < stays.kept) text[length++] = text[at++];
    at = stays.end;
  }
  text.resize(length);
}

void TrimLineEnds(std::string& text) {
  while (!text.empty() && IsLineEnd(text.back())) text.pop_back();
  text.erase(0, std::min(text.find_first_not_of("\r\n"), text.size()));
}

}  // namespace

absl::Status CheckJson(std::string& body) {
  return Parse(body, [](simdjson::dom::element) { return absl::OkStatus(); });
}

absl::StatusOr<Results> Results::Read(std::string body) {
  JoinNewlines(body);
  TrimLineEnds(body);
  absl::StatusOr<Members> members = ParseMembers(body);
  if (!members.ok()) return members.status();
  size_t added = 0;
  if (!members->attributions) {
    body.insert(body.find('{') + 1, kNoAttributions);
    added = kNoAttributions.size();
  }
  Results results;
  const size_t at = *members->results_at + added;
  results.bracket_ = static_cast<std::uint32_t>(members->results_end + added - 1);
  results.count_ = std::min(members->results_count, size_t{kMostKept} + 1);
  results.space_ = results.bracket_;
  while (IsSpace(body[results.space_ - 1])) --results.space_;
  results.ends_[0] = static_cast<std::uint32_t>(at + 1);
  for (size_t kept = 1; kept < results.count_; ++kept) {
    results.ends_[kept] = static_cast<std::uint32_t>(members->ends[kept - 1] + added);
  }
  results.status_ = *std::move(members->status);
  // A copy, since it takes no more than its size, and `body` has grown.
  results.text_ = std::make_shared<const std::string>(body);
  return results;
}

Results Results::WithoutAny(std::string json, std::string status) {
  Results results;
  results.text_ = std::make_shared<const std::string>(std::move(json));
  results.status_ = std::move(status);
  return results;
}

Document Results::CutTo(int bound) const {
  const size_t most = static_cast<size_t>(std::max(bound, 0));
  if (text_ == nullptr) return {};
  if (count_ <= most || bound > kMostKept) return {text_, text_->size(), text_->size()};
  return {text_, ends_[most], most == 0 ? bracket_ : space_};
}

}  // namespace herd::places
