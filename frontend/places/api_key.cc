#include "frontend/places/api_key.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "frontend/places/percent.h"

namespace herd::places {
namespace {

constexpr size_t kUnmistakable = 16;
constexpr std::string_view kBlank = "***";

bool MayStandInKey(char c) {
  return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '"' && c != '\'' && c != '\\';
}

bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }

std::string Trimmed(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return std::string(text);
}

// `where` names the file or the variable.
absl::StatusOr<std::string> Checked(std::string_view content, std::string_view where) {
  std::string key = Trimmed(content);
  const std::string source(where);
  if (key.empty()) return absl::InvalidArgumentError(absl::StrCat(source, " is empty"));
  if (key.size() > kLongestApiKey) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, " holds more than ", kLongestApiKey, " bytes: that is no API key"));
  }
  if (!std::all_of(key.begin(), key.end(), MayStandInKey)) {
    return absl::InvalidArgumentError(absl::StrCat(
        source, " holds white space, a quote, a backslash or a byte that is not printable ASCII ",
        "inside the key: put the key there alone, on one line"));
  }
  return key;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const std::string where = absl::StrCat("the Places key file ", path);
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const std::string why = absl::StrCat("cannot open ", where, ": ", std::strerror(errno));
    return errno == ENOENT ? absl::NotFoundError(why) : absl::UnavailableError(why);
  }
  // Enough to know that it is too long, whatever the file is.
  std::string content(2 * kLongestApiKey, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  if (file.bad() || (file.gcount() == 0 && !file.eof())) {
    return absl::UnavailableError(absl::StrCat("cannot read ", where));
  }
  content.resize(static_cast<size_t>(file.gcount()));
  return Checked(content, where);
}

bool IsWordByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-';
}

bool IsWord(std::string_view text, size_t at, size_t length) {
  const bool joined_before = at > 0 && IsWordByte(text[at - 1]);
  const size_t end = at + length;
  return !joined_before && (end == text.size() || !IsWordByte(text[end]));
}

void BlankEach(std::string& text, std::string_view key) {
  size_t at = text.find(key);
  while (at != std::string::npos) {
    const bool blank = key.size() >= kUnmistakable || IsWord(text, at, key.size());
    if (blank) text.replace(at, key.size(), kBlank);
    at = text.find(key, at + (blank ? kBlank.size() : 1));
  }
}

}  // namespace

absl::StatusOr<std::string> ReadApiKey(const std::string& path) {
  if (!path.empty()) return ReadFile(path);
  const char* value = std::getenv(kApiKeyVariable);
  if (value == nullptr || *value == '\0') return std::string();
  return Checked(value, absl::StrCat("the environment variable ", kApiKeyVariable));
}

std::string BlankKey(std::string text, std::string_view key) {
  if (key.empty()) return text;
  BlankEach(text, key);
  const std::string encoded = PercentEncode(key);
  if (encoded != key) BlankEach(text, encoded);
  return text;
}

}  // namespace herd::places
