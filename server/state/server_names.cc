#include "server/state/server_names.h"

namespace herd {

ServerNames::Index ServerNames::Intern(std::string_view name) {
  if (name.empty()) return kNone;
  if (const auto known = indexes_.find(name); known != indexes_.end()) return known->second;
  if (names_.size() == kMost) return kNone;
  const std::string_view kept = names_.emplace_back(name);
  const auto index = static_cast<Index>(names_.size());
  indexes_.emplace(kept, index);
  return index;
}

}  // namespace herd
