#include "client/standin/page_token.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/standin/decimal.h"
#include "client/standin/fingerprint.h"

namespace herd::standin {
namespace {

constexpr char kByProminence[] = "prominence";
constexpr char kByDistance[] = "distance";

// fingerprint \t rank \t latitude \t longitude \t radius \t offset \t usable from \t type \t words
constexpr size_t kFields = 9;

std::string Fields(const NearbyQuery& query) {
  return absl::StrCat("\t", query.rank_by == RankBy::kDistance ? kByDistance : kByProminence, "\t",
                      PrintDecimal(query.latitude), "\t", PrintDecimal(query.longitude), "\t",
                      PrintDecimal(query.radius_m), "\t", query.offset, "\t", query.usable_from_ms,
                      "\t", query.type, "\t", query.words);
}

bool IsPageStart(double offset) { return offset == kPageSize || offset == 2 * kPageSize; }

bool IsAnswerable(const NearbyQuery& query) {
  return query.latitude >= -90 && query.latitude <= 90 && query.longitude >= -180 &&
         query.longitude <= 180 && query.radius_m > 0 && query.radius_m <= kMaxRadiusM;
}

}  // namespace

std::string EncodePageToken(const NearbyQuery& query, uint64_t data) {
  const std::string fields = Fields(query);
  const uint64_t fingerprint = Scatter(Fingerprint(fields, Scatter(data)));
  return absl::WebSafeBase64Escape(absl::StrCat(absl::Hex(fingerprint, absl::kZeroPad16), fields));
}

std::optional<NearbyQuery> DecodePageToken(const std::string& token, uint64_t data) {
  std::string text;
  if (!absl::WebSafeBase64Unescape(token, &text)) return std::nullopt;
  const std::vector<std::string> fields = absl::StrSplit(text, '\t');
  if (fields.size() != kFields) return std::nullopt;
  const auto latitude = ParseDecimal(fields[2]);
  const auto longitude = ParseDecimal(fields[3]);
  const auto radius_m = ParseDecimal(fields[4]);
  const auto offset = ParseDecimal(fields[5]);
  int64_t usable_from_ms = 0;
  if (!latitude || !longitude || !radius_m || !offset) return std::nullopt;
  if (!absl::SimpleAtoi(fields[6], &usable_from_ms)) return std::nullopt;
  if (!IsPageStart(*offset)) return std::nullopt;
  const NearbyQuery query{
      .latitude = *latitude,
      .longitude = *longitude,
      .radius_m = *radius_m,
      .rank_by = fields[1] == kByDistance ? RankBy::kDistance : RankBy::kProminence,
      .type = fields[7],
      .words = fields[8],
      .offset = static_cast<size_t>(*offset),
      .usable_from_ms = usable_from_ms};
  // To print it again is the whole check: fingerprint, data, spelling.
  if (!IsAnswerable(query) || EncodePageToken(query, data) != token) return std::nullopt;
  return query;
}

}  // namespace herd::standin
