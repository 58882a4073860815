// Numbers as a tired person reads them: few digits, with their unit.
//
// Plain functions on values.
#pragma once

#include <cstdint>
#include <string>

namespace herd::client {

// "0", "850 us", "2.3 ms", "41 s", "12 min", "3.5 h", "12 d". At most 7 characters.
std::string DurationText(uint64_t ns);

// "0", "999", "12.3k", "4.5M", "1.2G". At most 5 characters.
std::string CountText(uint64_t count);

}  // namespace herd::client
