#include "frontend/places/new_api.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "frontend/places/api_key.h"
#include "frontend/places/base_url.h"
#include "frontend/places/new_to_legacy.h"
#include "frontend/places/reply.h"

namespace herd::places {
namespace {

constexpr char kPath[] = "/v1/places:searchNearby";

bool IsMaskByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == ',' || c == '_' ||
         c == '*';
}

// JSON has no leading zeros: "-007.50" is "-7.50".
std::string ToJsonNumber(std::string_view decimal) {
  const bool negative = !decimal.empty() && decimal.front() == '-';
  if (negative) decimal.remove_prefix(1);
  const std::size_t whole = std::min(decimal.find('.'), decimal.size());
  const std::size_t zeros = std::min(decimal.find_first_not_of('0'), whole);
  decimal.remove_prefix(zeros == whole && whole > 0 ? whole - 1 : zeros);
  return (negative ? "-" : "") + std::string(decimal);
}

NewApi::Options WithoutSlashesIn(NewApi::Options options) {
  options.base_url = WithoutSlashes(options.base_url);
  return options;
}

}  // namespace

absl::Status CheckFieldMask(const std::string& mask) {
  if (!mask.empty() && std::all_of(mask.begin(), mask.end(), IsMaskByte)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "the field mask of Places must be names of fields parted by commas, without spaces");
}

NewApi::NewApi(Options options) : options_(WithoutSlashesIn(std::move(options))) {}

int NewApi::ResultsToAskFor(int bound) const {
  if (bound <= 0) return 0;  // Google wants 1 to 20.
  return options_.ask_bound ? bound : Results::kMostKept;
}

HttpRequest NewApi::RequestFor(const Query& query, int results) const {
  const std::size_t comma = std::min(query.location.find(','), query.location.size() - 1);
  HttpRequest request;
  request.url = absl::StrCat(options_.base_url, kPath);
  request.body =
      absl::StrCat(R"({"locationRestriction":{"circle":{"center":{"latitude":)",
                   ToJsonNumber(query.location.substr(0, comma)), R"(,"longitude":)",
                   ToJsonNumber(query.location.substr(comma + 1)), R"(},"radius":)",
                   ToJsonNumber(query.radius_m), R"(}},"maxResultCount":)", results, "}");
  request.headers = {"Content-Type: application/json",
                     absl::StrCat("X-Goog-FieldMask: ", options_.field_mask)};
  if (!options_.key.empty()) {
    request.headers.push_back(absl::StrCat("X-Goog-Api-Key: ", options_.key));
  }
  return request;
}

Reply NewApi::ReplyTo(Fetched fetched) const {
  if (fetched.error == FetchError::kNone && fetched.http_status != 200) {
    fetched.detail = ErrorMessageIn(std::move(fetched.body));
  }
  if (std::optional<Reply> failed = ReplyToFailedFetch(fetched, options_.key)) {
    return *std::move(failed);
  }
  absl::StatusOr<std::string> legacy = NewToLegacy(BlankKey(std::move(fetched.body), options_.key));
  if (legacy.ok()) return ReplyOfDocument(*std::move(legacy));
  const absl::string_view why = legacy.status().message();
  return FailedReply(NotUsable({why.data(), why.size()}), "", options_.key);
}

}  // namespace herd::places
