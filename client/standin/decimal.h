// Numbers as text, exactly: what is printed reads back as the same number.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace herd::standin {

// As short as possible.
std::string PrintDecimal(double number);

// The whole text must be one finite number. A plus sign before it is allowed, spaces are not.
std::optional<double> ParseDecimal(std::string_view text);

}  // namespace herd::standin
