// Percent-encoding of what goes into a URL's query.
#pragma once

#include <string>
#include <string_view>

namespace herd::places {

// Letters, digits and `-._~` stay (RFC 3986, "unreserved"), and so do the bytes of `also_kept`;
// every other byte becomes %XX.
std::string PercentEncode(std::string_view text, std::string_view also_kept = "");

}  // namespace herd::places
