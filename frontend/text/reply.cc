#include "frontend/text/reply.h"

#include <charconv>
#include <cstdint>
#include <cstring>

namespace herd::text {
namespace {

constexpr std::string_view kAt = "AT ";
constexpr std::size_t kMaxSkew = 21;  // sign, seconds, point, decimals

char* Put(char c, char* at) {
  *at = c;
  return at + 1;
}

char* Put(std::string_view text, char* at) {
  std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

// The 8 digits of a number below 10^8, halved three times: all pairs of a step in one word, whose
// lowest byte becomes the first character. After P. Khuong, "How to print integers really fast",
// 2017.
char* PutEightDigits(std::uint32_t number, char* at) {
  static_assert(std::endian::native == std::endian::little);
  const std::uint64_t fours = number / 10000 | std::uint64_t{number % 10000} << 32;
  const std::uint64_t hundreds = (fours * 10486 >> 20) & 0x0000007F0000007F;
  const std::uint64_t twos = hundreds | (fours - hundreds * 100) << 16;
  const std::uint64_t tens = (twos * 103 >> 10) & 0x000F000F000F000F;
  const std::uint64_t ones = tens | (twos - tens * 10) << 8;
  const std::uint64_t characters = ones + 0x3030303030303030;
  std::memcpy(at, &characters, sizeof characters);
  return at + sizeof characters;
}

char* PutSkew(Nanos skew, char* at) {
  constexpr std::uint32_t kEightDigits = 100'000'000;
  const bool negative = skew < 0;
  const auto bits = static_cast<std::uint64_t>(skew);
  const std::uint64_t magnitude = negative ? 0 - bits : bits;
  at = Put(negative ? '-' : '+', at);
  at = std::to_chars(at, at + kMaxSkew, magnitude / kNanosPerSecond).ptr;
  at = Put('.', at);
  const auto decimals = static_cast<std::uint32_t>(magnitude % kNanosPerSecond);
  at = Put(static_cast<char>('0' + decimals / kEightDigits), at);
  return PutEightDigits(decimals % kEightDigits, at);
}

// Makes room for an AT line whose operands are so long, and writes what stands before them.
// Returns where they are to be written.
char* BeginAt(std::string_view server, Nanos skew, std::size_t operands_size, std::string* out) {
  constexpr std::size_t kSeparators = 3;  // the line end included
  const std::size_t begin = out->size();
  out->resize(begin + kAt.size() + server.size() + kMaxSkew + operands_size + kSeparators);
  char* const at = Put(' ', Put(server, Put(kAt, out->data() + begin)));
  return Put(' ', PutSkew(skew, at));
}

void FinishAt(char* operands_end, std::string* out) {
  const char* const end = Put('\n', operands_end);
  out->resize(static_cast<std::size_t>(end - out->data()));
}

}  // namespace

void AppendAt(std::string_view server, Nanos skew, std::string_view operands, std::string* out) {
  FinishAt(Put(operands, BeginAt(server, skew, operands.size(), out)), out);
}

void AppendAt(std::string_view server, Nanos skew, std::string_view client_id, const FixText& fix,
              std::string* out) {
  constexpr std::size_t kSpaces = 2;
  char* at = BeginAt(server, skew,
                     client_id.size() + fix.position.size() + fix.time.size() + kSpaces, out);
  at = Put(' ', Put(client_id, at));
  at = Put(' ', Put(fix.position, at));
  FinishAt(Put(fix.time, at), out);
}

void AppendInvalid(std::string_view line, std::string* out) {
  out->append("? ");
  out->append(line);
  out->push_back('\n');
}

void AppendEndOfPlaces(std::string* out) { out->append("\n\n"); }

}  // namespace herd::text
