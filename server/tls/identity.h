// Who this process is to others, and whom it believes: a certificate with its key, and the
// authorities whose certificates it takes.
//
// Plain values, read from PEM files and checked with OpenSSL before anybody relies on them.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace herd::tls {

struct IdentityFiles {
  std::string certificate;  // PEM: the certificate, and those between it and the authority
  std::string key;          // PEM, without a passphrase
  std::string authorities;  // PEM: one certificate or more; none where nobody is to be believed

  bool any() const { return !certificate.empty() || !key.empty() || !authorities.empty(); }
};

struct Identity {
  // As in the files.
  std::string certificate_chain;
  std::string private_key;
  std::string authorities;

  // Of the certificate: its DNS names (RFC 5280, subjectAltName), and until when it holds.
  std::vector<std::string> names;
  absl::Time expires;
};

// Errors, each naming the file: NOT_FOUND, it cannot be read; INVALID_ARGUMENT, it holds no
// certificate or key, the key is another certificate's, or the certificate does not hold now.
absl::StatusOr<Identity> LoadIdentity(const IdentityFiles& files);

// DNS names, which have no case (RFC 4343).
bool HasName(const std::vector<std::string>& names, absl::string_view name);
// For a person: the names, or that there are none.
std::string Listed(const std::vector<std::string>& names);

}  // namespace herd::tls
