#include "client/load/errors.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace herd::client {
namespace {

constexpr std::size_t kShownBytes = 160;

struct Words {
  const char* name;
  const char* for_people;
};

// In the order of ErrorKind.
constexpr std::array<Words, kErrorKinds.size()> kWords = {{
    {"connect_failed", "could not connect"},
    {"connection_lost", "connection lost"},
    {"wrong_client", "reply of another client"},
    {"malformed", "malformed reply"},
    {"refused", "refused with \"?\""},
    {"timeout", "no reply in time"},
    {"not_sent", "not sent for want of a connection"},
}};

}  // namespace

const char* NameOf(ErrorKind kind) { return kWords[static_cast<std::size_t>(kind)].name; }

const char* WordsFor(ErrorKind kind) { return kWords[static_cast<std::size_t>(kind)].for_people; }

void Errors::Count(ErrorKind kind, absl::FunctionRef<std::string()> example, std::uint64_t times) {
  OfKind& counted = of_[Index(kind)];
  if (counted.count == 0 && times > 0) counted.example = example();
  counted.count += times;
  total_ += times;
}

void Errors::Add(const Errors& other) {
  for (const ErrorKind kind : kErrorKinds) {
    Count(
        kind, [&] { return other.example(kind); }, other.of(kind));
  }
}

std::string Shown(std::string_view bytes) {
  const std::string_view begin = bytes.substr(0, kShownBytes);
  return absl::StrCat("\"", absl::CHexEscape({begin.data(), begin.size()}),
                      begin.size() < bytes.size() ? "\"..." : "\"");
}

}  // namespace herd::client
