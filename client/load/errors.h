// What went wrong in a load: how often each kind, and an example of it. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"

namespace herd::client {

enum class ErrorKind {
  kConnectFailed,
  kConnectionLost,
  kWrongClient,  // also: the right one, but not its turn
  kMalformed,
  kRefused,  // a "?" reply
  kTimeout,
  kNotSent,  // no connection was open when the request was due
};

inline constexpr std::array kErrorKinds = {ErrorKind::kConnectFailed, ErrorKind::kConnectionLost,
                                           ErrorKind::kWrongClient,   ErrorKind::kMalformed,
                                           ErrorKind::kRefused,       ErrorKind::kTimeout,
                                           ErrorKind::kNotSent};

// "connect_failed", as JSON has it.
const char* NameOf(ErrorKind kind);
// "could not connect", as a person reads it.
const char* WordsFor(ErrorKind kind);

class Errors {
 public:
  // `example` is asked for once for each kind.
  void Count(ErrorKind kind, absl::FunctionRef<std::string()> example, std::uint64_t times = 1);
  void Add(const Errors& other);

  std::uint64_t of(ErrorKind kind) const { return of_[Index(kind)].count; }
  const std::string& example(ErrorKind kind) const { return of_[Index(kind)].example; }
  std::uint64_t total() const { return total_; }

 private:
  struct OfKind {
    std::uint64_t count = 0;
    std::string example;
  };

  static std::size_t Index(ErrorKind kind) { return static_cast<std::size_t>(kind); }

  std::array<OfKind, kErrorKinds.size()> of_;
  std::uint64_t total_ = 0;
};

// The bytes of a message from the outside, cut short, so that a person can read them on a terminal.
std::string Shown(std::string_view bytes);

}  // namespace herd::client
