#include "frontend/text/reply.h"

#include <charconv>
#include <cstdint>
#include <cstring>

namespace herd::text {
namespace {

constexpr std::size_t kSkewDecimals = 9;
constexpr std::size_t kMaxSkew = 21;  // sign, seconds, point, decimals

char* Put(char c, char* at) {
  *at = c;
  return at + 1;
}

char* Put(std::string_view text, char* at) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

char* PutSkew(Nanos skew, char* at) {
  const bool negative = skew < 0;
  const auto bits = static_cast<std::uint64_t>(skew);
  const std::uint64_t magnitude = negative ? 0 - bits : bits;
  at = Put(negative ? '-' : '+', at);
  at = std::to_chars(at, at + kMaxSkew, magnitude / kNanosPerSecond).ptr;
  at = Put('.', at);
  std::uint64_t rest = magnitude % kNanosPerSecond;
  for (std::size_t i = kSkewDecimals; i-- > 0; rest /= 10) {
    at[i] = static_cast<char>('0' + rest % 10);
  }
  return at + kSkewDecimals;
}

}  // namespace

void AppendAt(std::string_view server, Nanos skew, std::string_view client_id, const FixText& fix,
              std::string* out) {
  constexpr std::string_view kAt = "AT ";
  constexpr std::size_t kSpaces = 4;  // and the line end in place of one more
  const std::size_t begin = out->size();
  out->resize(begin + kAt.size() + server.size() + kMaxSkew + client_id.size() +
              fix.position.size() + fix.time.size() + kSpaces + 1);
  char* at = Put(kAt, out->data() + begin);
  at = Put(server, at);
  at = Put(' ', at);
  at = PutSkew(skew, at);
  for (const std::string_view field : {client_id, fix.position, fix.time}) {
    at = Put(' ', at);
    at = Put(field, at);
  }
  at = Put('\n', at);
  out->resize(static_cast<std::size_t>(at - out->data()));
}

void AppendInvalid(std::string_view line, std::string* out) {
  out->append("? ");
  out->append(line);
  out->push_back('\n');
}

void AppendEndOfPlaces(std::string* out) { out->append("\n\n"); }

}  // namespace herd::text
