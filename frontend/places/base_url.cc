#include "frontend/places/base_url.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace herd::places {
namespace {

constexpr size_t kLongest = 1024;
constexpr absl::string_view kGoogleDomain = "googleapis.com";

absl::Status Wrong(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("the Places URL ", what));
}

absl::Status Wrong(absl::string_view url, absl::string_view what) {
  return Wrong(absl::StrCat("\"", url, "\" ", what));
}

bool Has(absl::string_view text, char c) { return text.find(c) != absl::string_view::npos; }

// Whether the URL may be shown, which is asked before anything else.
absl::Status CheckSecrets(absl::string_view url) {
  if (Has(url, '@')) return Wrong("must not hold credentials (an @)");
  if (Has(url, '?')) return Wrong("must not hold a query (a ?): the server adds its own");
  if (Has(url, '#')) return Wrong("must not hold a fragment (a #)");
  return absl::OkStatus();
}

bool IsPlainByte(char c) {
  return absl::ascii_isgraph(static_cast<unsigned char>(c)) && c != '"' && c != '\\';
}

absl::Status CheckBytes(absl::string_view url) {
  if (url.empty()) return Wrong("is empty");
  if (url.size() > kLongest) return Wrong(absl::StrCat("is longer than ", kLongest, " bytes"));
  if (!std::all_of(url.begin(), url.end(), IsPlainByte)) {
    return Wrong("holds white space, a quote, a backslash, or bytes that are not printable ASCII");
  }
  return absl::OkStatus();
}

// 0 when the URL has neither scheme.
size_t SchemeLength(absl::string_view url) {
  if (absl::StartsWithIgnoreCase(url, "https://")) return 5;
  if (absl::StartsWithIgnoreCase(url, "http://")) return 4;
  return 0;
}

struct Authority {
  absl::string_view host;
  bool has_port = false;
  absl::string_view port;
};

Authority Split(absl::string_view authority) {
  const size_t bracket = authority.rfind(']');
  const size_t after_host = bracket == absl::string_view::npos ? 0 : bracket;
  const size_t colon = authority.find(':', after_host);
  if (colon == absl::string_view::npos) return {authority, false, ""};
  return {authority.substr(0, colon), true, authority.substr(colon + 1)};
}

bool IsHostByte(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

bool IsAddressByte(char c) {
  return absl::ascii_isxdigit(static_cast<unsigned char>(c)) || c == ':' || c == '.';
}

bool IsHost(absl::string_view host) {
  if (host.empty()) return false;
  if (host.front() != '[') return std::all_of(host.begin(), host.end(), IsHostByte);
  if (host.size() < 4 || host.back() != ']') return false;
  return std::all_of(host.begin() + 1, host.end() - 1, IsAddressByte);
}

bool IsPort(absl::string_view port) {
  const bool digits = std::all_of(port.begin(), port.end(), absl::ascii_isdigit);
  int number = 0;
  return digits && absl::SimpleAtoi(port, &number) && number >= 1 && number <= 65535;
}

bool IsGoogle(absl::string_view host) {
  if (!host.empty() && host.back() == '.') host.remove_suffix(1);
  if (!absl::EndsWithIgnoreCase(host, kGoogleDomain)) return false;
  host.remove_suffix(kGoogleDomain.size());
  return host.empty() || host.back() == '.';
}

}  // namespace

absl::Status CheckBaseUrl(std::string_view base_url) {
  const absl::string_view url(base_url.data(), base_url.size());
  if (absl::Status bytes = CheckBytes(url); !bytes.ok()) return bytes;
  if (absl::Status secrets = CheckSecrets(url); !secrets.ok()) return secrets;
  const size_t scheme = SchemeLength(url);
  if (scheme == 0) return Wrong(url, "must begin with https:// or http://");
  const absl::string_view rest = url.substr(scheme + 3);
  const Authority authority = Split(rest.substr(0, rest.find('/')));
  if (!IsHost(authority.host)) return Wrong(url, "names no host");
  if (authority.has_port && !IsPort(authority.port)) {
    return Wrong(url, "names a port that is not 1 to 65535");
  }
  if (scheme == 4 && IsGoogle(authority.host)) {
    return Wrong(url, "must begin with https://: the key is never sent to Google in the clear");
  }
  return absl::OkStatus();
}

std::string SchemeOf(std::string_view base_url) {
  return std::string(SchemeLength({base_url.data(), base_url.size()}) == 4 ? "http" : "https");
}

std::string WithoutSlashes(std::string_view base_url) {
  while (!base_url.empty() && base_url.back() == '/') base_url.remove_suffix(1);
  return std::string(base_url);
}

}  // namespace herd::places
