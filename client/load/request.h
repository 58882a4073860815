// The requests of a load: which client, when, and the text of it.
//
// The texts are of one form, so that writing one is copying it and setting digits: ids of 16 bytes,
// positions of 21, times with nine decimals.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "client/net/clock.h"

namespace herd::client {

struct Request {
  // Of a report, since the POSIX epoch.
  Nanos time = 0;
  // Less than kMaxClients.
  std::uint32_t client = 0;
  // WHATSAT instead of IAMAT.
  bool is_question = false;
};

inline constexpr std::uint32_t kMaxClients = 1'000'000'000;

// What WHATSAT asks for, as the line is to have it.
struct Question {
  std::string radius_km = "10";
  std::string bound = "5";
};

// Constant after construction; any thread.
class RequestText {
 public:
  static constexpr std::size_t kIdSize = 16;
  static constexpr std::size_t kPositionSize = 21;
  static constexpr std::size_t kTimeSize = 20;
  // Id, position and time with a space between: what a reply to a report ends with.
  static constexpr std::size_t kOperandsSize = kIdSize + 1 + kPositionSize + 1 + kTimeSize;

  explicit RequestText(const Question& question);

  // The whole line.
  void Append(const Request& request, std::string& out) const;

  std::array<char, kIdSize> Id(const Request& request) const;
  std::array<char, kOperandsSize> Operands(const Request& request) const;

 private:
  static constexpr std::size_t kPositions = 1024;

  void WriteOperands(const Request& request, char* to) const;

  std::string question_end_;  // from the space behind the id
  std::array<std::array<char, kPositionSize>, kPositions> positions_;
};

}  // namespace herd::client
