#include "server/config/pod.h"

#include <cstddef>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace herd::config {

absl::StatusOr<std::string> ServerOfPod(const HerdConfig& herd, std::string_view pod) {
  const std::string name(pod);
  const std::size_t dash = name.rfind('-');
  const std::string number = dash == std::string::npos ? "" : name.substr(dash + 1);
  const bool has_digits_only = number.find_first_not_of("0123456789") == std::string::npos;
  std::size_t ordinal = 0;
  if (number.empty() || !has_digits_only || !absl::SimpleAtoi(number, &ordinal)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the pod ", name, " has no number at its end, so it cannot be told which server it is"));
  }
  if (ordinal >= herd.servers.size()) {
    return absl::NotFoundError(absl::StrCat("the pod ", name, " is none of the herd's ",
                                            herd.servers.size(),
                                            " servers, which are counted from 0"));
  }
  return herd.servers[ordinal].name;
}

}  // namespace herd::config
