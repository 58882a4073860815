#include "server/tls/identity.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace herd::tls {
namespace {

template <auto kFree>
struct Free {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Context = std::unique_ptr<SSL_CTX, Free<SSL_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Free<GENERAL_NAMES_free>>;

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || text.bad())
    return absl::NotFoundError(absl::StrCat(path, ": ", std::strerror(errno)));
  return std::move(text).str();
}

absl::Status Refuse(const std::string& path, absl::string_view why) {
  ERR_clear_error();
  return absl::InvalidArgumentError(absl::StrCat(path, " ", why));
}

Bio Memory(const std::string& text) {
  return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Certificate ParseCertificate(const std::string& pem) {
  return Certificate(PEM_read_bio_X509(Memory(pem).get(), nullptr, nullptr, nullptr));
}

// Nobody is there to be asked for a passphrase.
int HaveNoPassphrase(char*, int, int, void*) { return -1; }

Key ParseKey(const std::string& pem) {
  return Key(PEM_read_bio_PrivateKey(Memory(pem).get(), nullptr, HaveNoPassphrase, nullptr));
}

std::string LastReason() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason != nullptr ? reason : "unknown";
}

// Calls `use` with each certificate. Whether all were taken, and nothing else stands there.
template <typename Use>
bool ForEachCertificate(const std::string& pem, Use use) {
  const Bio bio = Memory(pem);
  ERR_clear_error();
  while (const Certificate next{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
    if (!use(next.get())) return false;
  }
  return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

bool UseChain(const std::string& pem, SSL_CTX* context) {
  bool is_first = true;
  return ForEachCertificate(pem, [&](X509* certificate) {
    return std::exchange(is_first, false) ? SSL_CTX_use_certificate(context, certificate) == 1
                                          : SSL_CTX_add1_chain_cert(context, certificate) == 1;
  });
}

absl::Status CheckUsable(const Identity& identity, const IdentityFiles& files) {
  const Context context(SSL_CTX_new(TLS_method()));
  if (absl::Status status = UseCertificate(identity, context.get()); !status.ok()) {
    return Refuse(files.certificate, absl::StrCat("cannot be used: ", status.message()));
  }
  const auto take = [](X509*) { return true; };
  if (!files.authorities.empty() && !ForEachCertificate(identity.authorities, take)) {
    return Refuse(files.authorities, absl::StrCat("is damaged: ", LastReason()));
  }
  return absl::OkStatus();
}

std::vector<std::string> NamesOf(X509* certificate) {
  const Names all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type != GEN_DNS) continue;
    const ASN1_IA5STRING* const text = name->d.dNSName;
    names.emplace_back(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                       static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  return names;
}

absl::Time ToTime(const ASN1_TIME* time) {
  tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return absl::InfinitePast();
  return absl::FromTM(parts, absl::UTCTimeZone());
}

absl::Status CheckTimes(X509* certificate, const std::string& path) {
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) {
    return Refuse(path, "holds a certificate that does not hold yet");
  }
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    return Refuse(path, absl::StrCat("holds a certificate that has expired at ",
                                     absl::FormatTime(ToTime(X509_get0_notAfter(certificate)),
                                                      absl::UTCTimeZone())));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Identity> LoadIdentity(const IdentityFiles& files) {
  Identity identity;
  for (const auto& [path, text] : {std::pair{&files.certificate, &identity.certificate_chain},
                                   std::pair{&files.key, &identity.private_key},
                                   std::pair{&files.authorities, &identity.authorities}}) {
    if (path == &files.authorities && path->empty()) continue;
    absl::StatusOr<std::string> read = ReadFile(*path);
    if (!read.ok()) return read.status();
    *text = *std::move(read);
  }
  const Certificate certificate = ParseCertificate(identity.certificate_chain);
  if (certificate == nullptr) return Refuse(files.certificate, "holds no certificate in PEM");
  const Key key = ParseKey(identity.private_key);
  if (key == nullptr) return Refuse(files.key, "holds no private key in PEM without a passphrase");
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    return Refuse(files.key,
                  absl::StrCat("is not the key of the certificate in ", files.certificate));
  }
  if (!files.authorities.empty() && ParseCertificate(identity.authorities) == nullptr) {
    return Refuse(files.authorities, "holds no certificate in PEM");
  }
  if (absl::Status status = CheckTimes(certificate.get(), files.certificate); !status.ok()) {
    return status;
  }
  if (absl::Status status = CheckUsable(identity, files); !status.ok()) return status;
  identity.names = NamesOf(certificate.get());
  identity.begins = ToTime(X509_get0_notBefore(certificate.get()));
  identity.expires = ToTime(X509_get0_notAfter(certificate.get()));
  return identity;
}

absl::Status UseCertificate(const Identity& identity, ssl_ctx_st* context) {
  if (!UseChain(identity.certificate_chain, context)) {
    return absl::InvalidArgumentError(LastReason());
  }
  const Key key = ParseKey(identity.private_key);
  if (key == nullptr || SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    return absl::InvalidArgumentError(LastReason());
  }
  ERR_clear_error();
  return absl::OkStatus();
}

bool ExpiresSoon(const Identity& identity, absl::Time now) {
  return identity.expires - now < (identity.expires - identity.begins) / 4;
}

bool HasName(const std::vector<std::string>& names, absl::string_view name) {
  return std::any_of(names.begin(), names.end(), [name](const std::string& other) {
    return absl::EqualsIgnoreCase(other, name);
  });
}

std::string Listed(const std::vector<std::string>& names) {
  return names.empty() ? "nobody: it has no DNS name" : absl::StrJoin(names, ", ");
}

}  // namespace herd::tls
