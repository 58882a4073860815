#include "client/load/reply_line.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace herd::client {
namespace {

constexpr std::string_view kAt = "AT ";
constexpr std::string_view kRefusal = "? ";

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Removes the field from the front, and the space behind it.
std::string_view TakeField(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view field = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return field;
}

// Digits, and optionally a point with digits.
bool IsDecimal(std::string_view text) {
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view decimals = text.substr(std::min(point + 1, text.size()));
  return !whole.empty() && std::ranges::all_of(whole, IsDigit) &&
         std::ranges::all_of(decimals, IsDigit) && (point == text.size() || !decimals.empty());
}

bool IsSigned(std::string_view text) {
  return !text.empty() && (text[0] == '+' || text[0] == '-') && IsDecimal(text.substr(1));
}

// A sign and nine decimals.
bool IsDifference(std::string_view text) {
  return text.size() > 10 && text[text.size() - 10] == '.' && IsSigned(text);
}

bool IsPosition(std::string_view text) {
  const std::size_t second = text.find_first_of("+-", 1);
  return second != std::string_view::npos && IsSigned(text.substr(0, second)) &&
         IsSigned(text.substr(second));
}

struct AtLine {
  std::string_view word, server, difference, id, position, time;
  bool is_well_formed = false;
};

AtLine Parse(std::string_view line) {
  AtLine at;
  at.word = TakeField(line);
  at.server = TakeField(line);
  at.difference = TakeField(line);
  at.id = TakeField(line);
  at.position = TakeField(line);
  at.time = line;
  at.is_well_formed = at.word == "AT" && !at.server.empty() && IsDifference(at.difference) &&
                      !at.id.empty() && IsPosition(at.position) && IsDecimal(at.time);
  return at;
}

template <std::size_t size>
bool Equal(std::string_view text, const std::array<char, size>& expected) {
  return text.size() == size && std::memcmp(text.data(), expected.data(), size) == 0;
}

bool SaysAsSent(std::string_view line, const Request& request, const RequestText& text) {
  return line.size() > RequestText::kOperandsSize &&
         Equal(line.substr(line.size() - RequestText::kOperandsSize), text.Operands(request));
}

Judgement Wrong(ErrorKind kind, bool has_document) {
  return {.is_right = false, .kind = kind, .has_document = has_document};
}

}  // namespace

bool HasRightClient(std::string_view line, const Request& request, const RequestText& text) {
  if (line.substr(0, kAt.size()) != kAt) return false;
  std::size_t id = line.size() - RequestText::kOperandsSize;
  if (request.is_question) {
    // The position and the time are whoever's that reported last, and of any length.
    const std::size_t server_end = line.find(' ', kAt.size());
    if (server_end == std::string_view::npos) return false;
    const std::size_t difference_end = line.find(' ', server_end + 1);
    if (difference_end == std::string_view::npos) return false;
    id = difference_end + 1;
  } else if (line.size() <= kAt.size() + RequestText::kOperandsSize) {
    return false;
  }
  const std::string_view after = line.substr(id);
  return after.size() > RequestText::kIdSize && after[RequestText::kIdSize] == ' ' &&
         line[id - 1] == ' ' && Equal(after.substr(0, RequestText::kIdSize), text.Id(request));
}

Judgement Judge(std::string_view line, const Request& request, const RequestText& text) {
  if (line.substr(0, kRefusal.size()) == kRefusal) return Wrong(ErrorKind::kRefused, false);
  const AtLine at = Parse(line);
  const bool has_document = request.is_question && at.word == "AT";
  if (!at.is_well_formed) return Wrong(ErrorKind::kMalformed, has_document);
  if (!Equal(at.id, text.Id(request))) return Wrong(ErrorKind::kWrongClient, has_document);
  if (!request.is_question && !SaysAsSent(line, request, text)) {
    return Wrong(ErrorKind::kMalformed, has_document);
  }
  return {.has_document = has_document};
}

std::string Describe(std::string_view line, const Request& request, const RequestText& text) {
  std::string asked;
  text.Append(request, asked);
  asked.pop_back();
  return absl::StrCat("to ", Shown(asked), " came ", Shown(line));
}

#ifdef __SSE2__

// Sixteen bytes and their followers at a time, since documents are long and have short lines.
std::size_t FindBlankLine(std::string_view bytes) {
  const auto at = [&](std::size_t offset) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + offset));
  };
  const __m128i ends = _mm_set1_epi8('\n');
  std::size_t begin = 0;
  for (; begin + 17 <= bytes.size(); begin += 16) {
    const __m128i both =
        _mm_and_si128(_mm_cmpeq_epi8(at(begin), ends), _mm_cmpeq_epi8(at(begin + 1), ends));
    const auto found = static_cast<unsigned>(_mm_movemask_epi8(both));
    if (found != 0) return begin + static_cast<std::size_t>(std::countr_zero(found)) + 1;
  }
  const std::size_t rest = bytes.substr(begin).find("\n\n");
  return rest == std::string_view::npos ? rest : begin + rest + 1;
}

#else

std::size_t FindBlankLine(std::string_view bytes) {
  const std::size_t found = bytes.find("\n\n");
  return found == std::string_view::npos ? found : found + 1;
}

#endif

}  // namespace herd::client
