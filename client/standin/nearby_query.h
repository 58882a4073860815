// What a request to Nearby Search asks for, and how its parameters are read: values in, values out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>

namespace herd::standin {

// The parameters of a URL, decoded. Of a name that was given twice, the first.
using Parameters = std::map<std::string, std::string, std::less<>>;

inline constexpr double kMaxRadiusM = 50'000;
inline constexpr size_t kPageSize = 20;
inline constexpr size_t kMaxResults = 60;

enum class RankBy { kProminence, kDistance };

struct NearbyQuery {
  double latitude = 0;
  double longitude = 0;
  double radius_m = 0;
  RankBy rank_by = RankBy::kProminence;
  std::string type;   // empty: any
  std::string words;  // of `keyword` and `name`, lower case, parted by single spaces
  size_t offset = 0;  // of the page: 0, 20 or 40
  // Of a page token: from when on it counts, milliseconds since the POSIX epoch; 0: at once.
  int64_t usable_from_ms = 0;

  bool operator==(const NearbyQuery&) const = default;
};

// Why a request is not answered: Google's word for it and what a person needs to know.
struct Refusal {
  std::string status;
  std::string message;
};

// `data` is the fingerprint of the places: a page token counts only with the places it was made
// for, and from its time on; `now_ms` is milliseconds since the POSIX epoch.
std::variant<NearbyQuery, Refusal> ParseNearbyQuery(const Parameters& parameters, uint64_t data,
                                                    int64_t now_ms = 0);

}  // namespace herd::standin
