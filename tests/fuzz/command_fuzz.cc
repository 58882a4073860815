// Throws bytes at what reads the lines of clients, and holds it against a reader that goes
// character by character.
//
// libFuzzer calls LLVMFuzzerTestOneInput; ctest runs it for some seconds over tests/fuzz/commands.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "frontend/text/command.h"
#include "tests/server/state/naive_fix.h"

namespace herd::text {
namespace {

using Kind = Command::Kind;

void Require(bool held, const char* what) {
  if (held) return;
  std::fprintf(stderr, "broken: %s\n", what);
  std::abort();
}

std::vector<std::string_view> Split(std::string_view line) {
  constexpr std::string_view kSpace = " \t\r\f\v";
  std::vector<std::string_view> fields;
  while (true) {
    line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
    if (line.empty()) return fields;
    fields.push_back(line.substr(0, line.find_first_of(kSpace)));
    line.remove_prefix(fields.back().size());
  }
}

bool IsNumber(std::string_view text, unsigned max, bool whole) {
  std::string rest(text);
  const std::optional<NaiveNumber> number = TakeNaively(&rest);
  return number && rest.empty() && number->IsAtMost(max) && (!whole || number->decimals.empty());
}

Kind KindOf(const std::vector<std::string_view>& fields) {
  if (fields.empty()) return Kind::kBlank;
  if (fields.size() != 4) return Kind::kInvalid;
  if (fields[0] == "IAMAT") {
    return ParseNaively({fields[2], fields[3]}) ? Kind::kIamat : Kind::kInvalid;
  }
  const bool asks =
      fields[0] == "WHATSAT" && IsNumber(fields[2], 50, false) && IsNumber(fields[3], 20, true);
  return asks ? Kind::kWhatsat : Kind::kInvalid;
}

void Compare(const Command& command, std::string_view line) {
  const std::vector<std::string_view> fields = Split(line);
  Require(command.kind == KindOf(fields), "the kind of command");
  if (command.kind != Kind::kIamat && command.kind != Kind::kWhatsat) return;
  Require(command.client_id == fields[1], "the client");
  if (command.kind == Kind::kWhatsat) {
    Require(command.radius_km == fields[2], "the radius");
    Require(command.bound == std::stoi(std::string(fields[3]).substr(
                                 std::min(fields[3].find_first_not_of('0'), fields[3].size() - 1))),
            "the bound");
    return;
  }
  Require(command.text == FixText{fields[2], fields[3]}, "position and time as they stand");
  Require(command.fix == ParseNaively(command.text), "position and time as numbers");
  if (command.operands.empty()) return;
  Require(command.operands ==
              std::string(fields[1]) + " " + std::string(fields[2]) + " " + std::string(fields[3]),
          "the operands together");
}

}  // namespace
}  // namespace herd::text

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Of exactly that size, so that a read beyond it shows.
  const std::unique_ptr<char[]> bytes(new char[size]);
  std::copy(data, data + size, bytes.get());
  const char* at = bytes.get();
  const char* const end = at + size;
  herd::text::Command command;
  while (at < end) {
    const char* const line_end = herd::text::ReadCommand(at, end, &command);
    herd::text::Require(line_end == std::find(at, end, '\n'), "where the line ends");
    herd::text::Compare(command, {at, static_cast<std::size_t>(line_end - at)});
    at = line_end + 1;
  }
  return 0;
}
