#include "tests/frontend/places/resetting_server.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace herd::places {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::size_t kPrefaceBytes = 24;
constexpr std::size_t kHeaderBytes = 9;
constexpr std::uint8_t kHeaders = 1;
constexpr std::string_view kSettings = "\0\0\0\4\0\0\0\0\0"sv;
constexpr long kDay = 86'400;  // NOLINT(google-runtime-int): OpenSSL's type.

void Require(bool held) {
  if (!held) std::abort();
}

struct FrameHeader {
  std::size_t length;
  std::uint8_t type;
  std::array<char, 4> stream;
};

bool ReadAll(SSL* tls, char* to, std::size_t bytes) {
  for (std::size_t read = 0; bytes > 0; to += read, bytes -= read) {
    if (SSL_read_ex(tls, to, bytes, &read) != 1) return false;
  }
  return true;
}

bool Skip(SSL* tls, std::size_t bytes) {
  std::string ignored(bytes, '\0');
  return ReadAll(tls, ignored.data(), bytes);
}

bool ReadFrame(SSL* tls, FrameHeader& frame) {
  std::array<char, kHeaderBytes> bytes;
  if (!ReadAll(tls, bytes.data(), bytes.size())) return false;
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  frame = {std::size_t{byte(0)} << 16 | std::size_t{byte(1)} << 8 | byte(2),
           byte(3),
           {bytes[5], bytes[6], bytes[7], bytes[8]}};
  return Skip(tls, frame.length);
}

void Write(SSL* tls, std::string_view bytes) {
  std::size_t written = 0;
  SSL_write_ex(tls, bytes.data(), bytes.size(), &written);
}

void ResetStream(SSL* tls, const FrameHeader& frame) {
  constexpr std::string_view kInternalError = "\0\0\0\2"sv;
  Write(tls, std::string("\0\0\4\3\0"sv) + std::string(frame.stream.begin(), frame.stream.end()) +
                 std::string(kInternalError));
}

int ChooseHttp2(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char*,
                unsigned int, void*) {
  static constexpr std::array<unsigned char, 2> kHttp2 = {'h', '2'};
  *chosen = kHttp2.data();
  *length = kHttp2.size();
  return SSL_TLSEXT_ERR_OK;
}

// For 127.0.0.1, signed by itself.
X509* MakeCertificate(EVP_PKEY* key) {
  X509* const certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kDay);
  X509_set_pubkey(certificate, key);
  X509_NAME* const self = X509_get_subject_name(certificate);
  const auto* const common_name = reinterpret_cast<const unsigned char*>("herd-test");
  X509_NAME_add_entry_by_txt(self, "CN", MBSTRING_ASC, common_name, -1, -1, 0);
  X509_set_issuer_name(certificate, self);
  X509_EXTENSION* const name =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "IP:127.0.0.1");
  X509_add_ext(certificate, name, -1);
  X509_EXTENSION_free(name);
  Require(X509_sign(certificate, key, EVP_sha256()) != 0);
  return certificate;
}

}  // namespace

ResettingServer::ResettingServer()
    : certificate_file_(absl::StrCat(testing::TempDir(), "/places-certificate-", getpid())),
      context_(SSL_CTX_new(TLS_server_method())) {
  UseCertificate();
  SSL_CTX_set_alpn_select_cb(context_.get(), ChooseHttp2, nullptr);
  thread_ = std::thread([this] { Run(); });
}

ResettingServer::~ResettingServer() {
  listener_.Shutdown();
  thread_.join();
  unlink(certificate_file_.c_str());
}

void ResettingServer::UseCertificate() {
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = MakeCertificate(key);
  Require(SSL_CTX_use_PrivateKey(context_.get(), key) == 1);
  Require(SSL_CTX_use_certificate(context_.get(), certificate) == 1);
  std::FILE* const file = std::fopen(certificate_file_.c_str(), "w");
  Require(file != nullptr && PEM_write_X509(file, certificate) == 1);
  std::fclose(file);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

void ResettingServer::Run() {
  for (int connection; (connection = listener_.Accept()) >= 0; close(connection)) {
    const std::unique_ptr<SSL, Free> tls(SSL_new(context_.get()));
    SSL_set_fd(tls.get(), connection);
    if (SSL_accept(tls.get()) == 1) Serve(tls.get());
  }
}

void ResettingServer::Serve(SSL* tls) {
  if (!Skip(tls, kPrefaceBytes)) return;
  Write(tls, kSettings);
  for (FrameHeader frame; ReadFrame(tls, frame);) {
    if (frame.type != kHeaders) continue;
    ++requests_;
    ResetStream(tls, frame);
  }
}

}  // namespace herd::places
