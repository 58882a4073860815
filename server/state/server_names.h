// Names of servers, each kept once, by a small number.
//
// Not thread-safe. Names are never dropped, so there are at most kMost.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"

namespace herd {

class ServerNames {
 public:
  using Index = std::uint16_t;
  // The number of the empty name.
  static constexpr Index kNone = 0;
  static constexpr std::size_t kMost = 4096;

  ServerNames() = default;
  ServerNames(const ServerNames&) = delete;
  ServerNames& operator=(const ServerNames&) = delete;

  // kNone also when there are kMost others.
  Index Intern(std::string_view name);
  // Lives as long as this.
  std::string_view Name(Index index) const {
    return index == kNone ? std::string_view() : names_[index - std::size_t{1}];
  }

 private:
  std::deque<std::string> names_;
  absl::flat_hash_map<std::string_view, Index> indexes_;  // of views of names_
};

}  // namespace herd
