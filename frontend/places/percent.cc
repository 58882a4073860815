#include "frontend/places/percent.h"

#include "absl/strings/ascii.h"

namespace herd::places {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";
constexpr std::string_view kMarks = "-._~";

bool Stays(char c, std::string_view also_kept) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || kMarks.find(c) != kMarks.npos ||
         also_kept.find(c) != also_kept.npos;
}

}  // namespace

std::string PercentEncode(std::string_view text, std::string_view also_kept) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (Stays(c, also_kept)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kHexDigits[byte >> 4], kHexDigits[byte & 15]};
    }
  }
  return encoded;
}

}  // namespace herd::places
