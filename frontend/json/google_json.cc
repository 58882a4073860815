#include "frontend/json/google_json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace herd {
namespace {

using nlohmann::json;

constexpr size_t kIndent = 3;
// A line of an array longer than this is cut into one line per element.
constexpr size_t kMaxArrayLine = 73;

void Append(const json& value, size_t depth, std::string& out);

void AppendNewLine(size_t depth, std::string& out) {
  out += '\n';
  out.append(depth * kIndent, ' ');
}

void AppendCodeUnit(unsigned char byte, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += "\\u00";
  out += kHex[byte >> 4];
  out += kHex[byte & 15];
}

void AppendCharacter(char c, std::string& out) {
  constexpr std::string_view kShort = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  if (const size_t at = kShort.find(c); at != kShort.npos) {
    out += '\\';
    out += kLetters[at];
  } else if (const auto byte = static_cast<unsigned char>(c);
             byte < 0x20 || byte == 0x7f || c == '<' || c == '>' || c == '&') {
    AppendCodeUnit(byte, out);
  } else {
    out += c;
  }
}

void AppendString(std::string_view text, std::string& out) {
  out += '"';
  for (const char c : text) AppendCharacter(c, out);
  out += '"';
}

void AppendDouble(double number, std::string& out) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  std::array<char, 32> text;
  const auto printed = std::to_chars(text.data(), text.data() + text.size(), number);
  out.append(text.data(), printed.ptr);
}

void AppendScalar(const json& value, std::string& out) {
  if (value.is_string()) {
    AppendString(value.get_ref<const std::string&>(), out);
  } else if (value.is_number_float()) {
    AppendDouble(value.get<double>(), out);
  } else {
    out += value.dump();
  }
}

void AppendObject(const json& object, size_t depth, std::string& out) {
  char before = '{';
  for (const auto& [key, value] : object.items()) {
    out += before;
    AppendNewLine(depth + 1, out);
    AppendString(key, out);
    out += " : ";
    Append(value, depth + 1, out);
    before = ',';
  }
  AppendNewLine(depth, out);
  out += '}';
}

// Whether it fits is measured without the indent, as by Google.
bool AppendArrayOnOneLine(const json& array, std::string& out) {
  if (std::ranges::any_of(array, &json::is_structured)) return false;
  std::string line = "[ ";
  for (const json& value : array) {
    if (line.size() > 2) line += ", ";
    AppendScalar(value, line);
  }
  line += " ]";
  if (line.size() > kMaxArrayLine) return false;
  out += line;
  return true;
}

void AppendArray(const json& array, size_t depth, std::string& out) {
  if (AppendArrayOnOneLine(array, out)) return;
  char before = '[';
  for (const json& value : array) {
    out += before;
    AppendNewLine(depth + 1, out);
    Append(value, depth + 1, out);
    before = ',';
  }
  AppendNewLine(depth, out);
  out += ']';
}

void Append(const json& value, size_t depth, std::string& out) {
  if (!value.is_structured()) {
    AppendScalar(value, out);
  } else if (value.empty()) {
    out += value.is_array() ? "[]" : "{}";
  } else if (value.is_array()) {
    AppendArray(value, depth, out);
  } else {
    AppendObject(value, depth, out);
  }
}

}  // namespace

std::string GoogleJson(const json& value) {
  std::string out;
  Append(value, 0, out);
  return out;
}

}  // namespace herd
