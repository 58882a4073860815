#include "server/peer/origin_numbers.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/peer/wire.h"

namespace herd::peer {
namespace {

// A field of an AT line.
bool IsServerName(std::string_view name) {
  return !name.empty() && name.size() <= kMaxServerName &&
         name.find_first_of(" \t\n\v\f\r") == std::string_view::npos;
}

}  // namespace

std::uint32_t OriginWriter::Number(OriginIndex origin, OriginDeclarations* declarations) {
  if (origin >= numbers_.size()) numbers_.resize(origin + std::size_t{1}, kUndeclared);
  std::uint32_t& number = numbers_[origin];
  if (number == kUndeclared) {
    number = declared_++;
    ToWire(store_->Origin(origin), declarations->Add());
  }
  return number;
}

absl::Status OriginReader::Declare(const OriginDeclarations& declarations) {
  for (const v1::Origin& declaration : declarations) {
    if (!IsServerName(declaration.server()) || declaration.start_ns() == 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("origin ", origins_.size(), " has no proper server name or no start"));
    }
    const std::optional<OriginIndex> origin =
        store_->Intern({declaration.server(), declaration.start_ns()});
    if (!origin) return absl::ResourceExhaustedError("there are too many origins");
    origins_.push_back(*origin);
  }
  return absl::OkStatus();
}

std::optional<OriginIndex> OriginReader::Find(std::uint32_t number) const {
  if (number >= origins_.size()) return std::nullopt;
  return origins_[number];
}

}  // namespace herd::peer
