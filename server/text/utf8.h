// Bytes from anybody as text that protobuf's strings and people's tools take.
#pragma once

#include <string>
#include <string_view>

namespace herd {

// Each byte that is part of no character becomes U+FFFD.
std::string ToUtf8(std::string_view bytes);

}  // namespace herd
