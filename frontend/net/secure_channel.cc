#include "frontend/net/secure_channel.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cerrno>

#include "absl/strings/str_cat.h"

namespace herd::net {

absl::StatusOr<SecureChannel::Context> SecureChannel::MakeContext(const tls::Identity& identity) {
  ERR_clear_error();
  Context context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Connections last, so that nothing is gained by resuming what would have to be kept for it.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION |
                                         SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF |
                                         SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  // A read works on one record and not on all that are there, so that nobody keeps the thread with
  // records that hold nothing.
  SSL_CTX_clear_mode(context.get(), SSL_MODE_AUTO_RETRY);
  if (absl::Status status = tls::UseCertificate(identity, context.get()); !status.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the certificate for clients cannot be used: ", status.message()));
  }
  return context;
}

SecureChannel::SecureChannel(const Context& context, const Descriptor& socket)
    : ssl_(SSL_new(context.get()), SSL_free) {
  SSL_set_fd(ssl_.get(), socket.get());
  SSL_set_accept_state(ssl_.get());
}

SecureChannel::~SecureChannel() = default;

ssize_t SecureChannel::Read(char* bytes, std::size_t size) {
  if (failed_) return Fail(-1);
  ERR_clear_error();
  wants_write_ = false;
  std::size_t read = 0;
  const int result = SSL_read_ex(ssl_.get(), bytes, size, &read);
  is_open_ = is_open_ || SSL_is_init_finished(ssl_.get()) == 1;
  if (result == 1) return static_cast<ssize_t>(read);
  wants_write_ = SSL_want_write(ssl_.get());
  return Fail(result);
}

ssize_t SecureChannel::Write(std::string_view bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    if (failed_) return Fail(-1);
    ERR_clear_error();
    std::size_t written = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data() + sent, bytes.size() - sent, &written);
    sent += written;
    if (result == 1) continue;
    const ssize_t failure = Fail(result);
    // What stood before has been sent; an error that lasts is met again.
    return sent > 0 ? static_cast<ssize_t>(sent) : failure;
  }
  return static_cast<ssize_t>(sent);
}

ssize_t SecureChannel::Fail(int result) {
  const int error = errno;
  const int reason = failed_ ? SSL_ERROR_SSL : SSL_get_error(ssl_.get(), result);
  switch (reason) {
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_WANT_WRITE:
    case SSL_ERROR_WANT_READ:
      errno = EAGAIN;
      return -1;
    case SSL_ERROR_SYSCALL:
      failed_ = true;
      errno = error == 0 || error == EAGAIN ? ECONNRESET : error;
      return -1;
    default:
      failed_ = true;
      ERR_clear_error();
      errno = EPROTO;
      return -1;
  }
}

bool SecureChannel::was_cut() const { return BIO_eof(SSL_get_rbio(ssl_.get())); }

void SecureChannel::EndWriting() {
  if (failed_ || !is_open_) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

}  // namespace herd::net
