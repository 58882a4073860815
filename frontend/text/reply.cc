#include "frontend/text/reply.h"

#include <cstdint>

#include "server/state/decimal.h"

namespace herd::text {
namespace {

constexpr std::size_t kSkewDecimals = 9;

void AppendSkew(Nanos skew, std::string* out) {
  const bool negative = skew < 0;
  const auto bits = static_cast<std::uint64_t>(skew);
  const std::uint64_t magnitude = negative ? 0 - bits : bits;
  out->push_back(negative ? '-' : '+');
  AppendPadded(magnitude / kNanosPerSecond, 1, out);
  out->push_back('.');
  AppendPadded(magnitude % kNanosPerSecond, kSkewDecimals, out);
}

}  // namespace

void AppendAt(std::string_view server, Nanos skew, std::string_view client_id, const FixText& fix,
              std::string* out) {
  out->append("AT ");
  out->append(server);
  out->push_back(' ');
  AppendSkew(skew, out);
  for (const std::string_view field : {client_id, fix.position, fix.time}) {
    out->push_back(' ');
    out->append(field);
  }
  out->push_back('\n');
}

void AppendInvalid(std::string_view line, std::string* out) {
  out->append("? ");
  out->append(line);
  out->push_back('\n');
}

void AppendPlaces(std::string_view json, std::string* out) {
  out->append(json);
  out->append("\n\n");
}

}  // namespace herd::text
