// Who this process is to others, and whom it believes: a certificate with its key, and the
// authorities whose certificates it takes.
//
// Plain values, read from PEM files and checked with OpenSSL as whoever uses them will, so that
// nobody relies on what is refused then.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

struct ssl_ctx_st;

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

  // Of the certificate: its DNS names (RFC 5280, subjectAltName), and from when and until when it
  // holds.
  std::vector<std::string> names;
  absl::Time begins;
  absl::Time expires;
};

// Errors, each naming the file: NOT_FOUND, it cannot be read; INVALID_ARGUMENT, it holds no
// certificate or key, or one that is damaged or too weak for OpenSSL (each counts, also behind the
// first), the key is another certificate's, or the certificate does not hold now.
absl::StatusOr<Identity> LoadIdentity(const IdentityFiles& files);

// Has OpenSSL show that certificate. Errors: INVALID_ARGUMENT, it does not take it, or the key.
absl::Status UseCertificate(const Identity& identity, ssl_ctx_st* context);

// The last quarter of the time that the certificate holds has begun: whoever renews it should have.
bool ExpiresSoon(const Identity& identity, absl::Time now);

// DNS names, which have no case (RFC 4343).
bool HasName(const std::vector<std::string>& names, absl::string_view name);
// For a person: the names, or that there are none.
std::string Listed(const std::vector<std::string>& names);

}  // namespace herd::tls
