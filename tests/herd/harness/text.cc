#include "tests/herd/harness/text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace herd::test {
namespace {

constexpr std::size_t kSkewDecimals = 9;

absl::string_view View(std::string_view text) { return {text.data(), text.size()}; }

bool ConsumePrefix(std::string_view* text, std::string_view prefix) {
  if (text->substr(0, prefix.size()) != prefix) return false;
  text->remove_prefix(prefix.size());
  return true;
}

std::size_t ConsumeDigits(std::string_view* text) {
  std::size_t count = 0;
  while (count < text->size() && absl::ascii_isdigit(static_cast<unsigned char>((*text)[count]))) {
    ++count;
  }
  text->remove_prefix(count);
  return count;
}

}  // namespace

std::string Iamat(std::string_view client_id, std::string_view time, std::string_view position) {
  return absl::StrCat("IAMAT ", View(client_id), " ", View(position), " ", View(time));
}

std::string Whatsat(std::string_view client_id, int bound) {
  return absl::StrCat("WHATSAT ", View(client_id), " 10 ", bound);
}

std::string_view AfterSkew(std::string_view line, std::string_view server) {
  if (!ConsumePrefix(&line, "AT ") || !ConsumePrefix(&line, server)) return "";
  if (!ConsumePrefix(&line, " +") && !ConsumePrefix(&line, " -")) return "";
  if (ConsumeDigits(&line) == 0 || !ConsumePrefix(&line, ".")) return "";
  if (ConsumeDigits(&line) != kSkewDecimals || !ConsumePrefix(&line, " ")) return "";
  return line;
}

bool IsReplyTo(std::string_view iamat, std::string_view server, std::string_view line) {
  const std::string_view rest = AfterSkew(line, server);
  return ConsumePrefix(&iamat, "IAMAT ") && !rest.empty() && rest.back() == '\n' &&
         rest.substr(0, rest.size() - 1) == iamat;
}

std::string_view AtLine(std::string_view reply) { return reply.substr(0, reply.find('\n')); }

}  // namespace herd::test
