#include "client/load/request.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace herd::client {
namespace {

constexpr std::string_view kReport = "IAMAT ";
constexpr std::string_view kAsk = "WHATSAT ";
constexpr std::string_view kIdBegin = "c000000";

constexpr std::array<char, 200> DigitPairs() {
  std::array<char, 200> pairs = {};
  for (int i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}

constexpr std::array<char, 200> kPairs = DigitPairs();

void WritePair(std::uint32_t below_100, char* to) {
  std::memcpy(to, &kPairs[std::size_t{2} * below_100], 2);
}

void WriteFourDigits(std::uint32_t number, char* to) {
  WritePair(number / 100, to);
  WritePair(number % 100, to + 2);
}

// Less than 10^9, with leading zeros.
void WriteNineDigits(std::uint32_t number, char* to) {
  *to = static_cast<char>('0' + number / 100'000'000);
  const std::uint32_t rest = number % 100'000'000;
  WriteFourDigits(rest / 10'000, to + 1);
  WriteFourDigits(rest % 10'000, to + 5);
}

void WriteId(std::uint32_t client, char* to) {
  std::memcpy(to, kIdBegin.data(), kIdBegin.size());
  WriteNineDigits(client, to + kIdBegin.size());
}

// Good until the year 2286.
void WriteTime(Nanos time, char* to) {
  const auto seconds = static_cast<std::uint64_t>(time / kNanosPerSecond);
  *to = static_cast<char>('0' + seconds / 1'000'000'000 % 10);
  WriteNineDigits(static_cast<std::uint32_t>(seconds % 1'000'000'000), to + 1);
  to[10] = '.';
  WriteNineDigits(static_cast<std::uint32_t>(time % kNanosPerSecond), to + 11);
}

// A place of the city, on a grid of 32 by 32 that is 12 km wide.
std::string Position(std::size_t number) {
  const double north = static_cast<double>(number / 32) * 0.0034;
  const double east = static_cast<double>(number % 32) * 0.0041;
  return absl::StrFormat("%+010.6f%+011.6f", 34.01 + north, -118.51 + east);
}

}  // namespace

RequestText::RequestText(const Question& question)
    : question_end_(absl::StrCat(" ", question.radius_km, " ", question.bound, "\n")) {
  for (std::size_t i = 0; i < kPositions; ++i) {
    std::memcpy(positions_[i].data(), Position(i).data(), kPositionSize);
  }
}

void RequestText::WriteOperands(const Request& request, char* to) const {
  WriteId(request.client, to);
  to[kIdSize] = ' ';
  std::memcpy(to + kIdSize + 1, positions_[request.client % kPositions].data(), kPositionSize);
  to[kIdSize + 1 + kPositionSize] = ' ';
  WriteTime(request.time, to + kIdSize + 1 + kPositionSize + 1);
}

void RequestText::Append(const Request& request, std::string& out) const {
  if (request.is_question) {
    const std::array<char, kIdSize> id = Id(request);
    out.append(kAsk).append(id.data(), id.size()).append(question_end_);
    return;
  }
  std::array<char, kReport.size() + kOperandsSize + 1> line;
  std::memcpy(line.data(), kReport.data(), kReport.size());
  WriteOperands(request, line.data() + kReport.size());
  line.back() = '\n';
  out.append(line.data(), line.size());
}

std::array<char, RequestText::kIdSize> RequestText::Id(const Request& request) const {
  std::array<char, kIdSize> id;
  WriteId(request.client, id.data());
  return id;
}

std::array<char, RequestText::kOperandsSize> RequestText::Operands(const Request& request) const {
  std::array<char, kOperandsSize> operands;
  WriteOperands(request, operands.data());
  return operands;
}

}  // namespace herd::client
