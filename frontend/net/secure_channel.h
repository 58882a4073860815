// TLS on a client's socket, where the front door has it: what recv and send are without.
//
// Belongs to its loop's thread. Knows neither the session nor the loop: whoever owns the socket
// waits for it. The process ignores SIGPIPE.
#pragma once

#include <sys/types.h>

#include <memory>
#include <string_view>

#include "absl/status/statusor.h"
#include "frontend/net/socket.h"
#include "server/tls/identity.h"

struct ssl_st;
struct ssl_ctx_st;

namespace herd::net {

class SecureChannel {
 public:
  // What channels are made of: TLS 1.2 or later, this side's certificate, and none of the client's.
  using Context = std::shared_ptr<ssl_ctx_st>;
  // Errors: INVALID_ARGUMENT, OpenSSL does not take the certificate or the key.
  static absl::StatusOr<Context> MakeContext(const tls::Identity& identity);

  // The client is to begin. `socket` outlives the channel.
  SecureChannel(const Context& context, const Descriptor& socket);
  ~SecureChannel();

  // As recv and send: how many bytes, 0 at the end of what the client says, or -1 and errno, which
  // is EPROTO when the other side does not keep to the protocol. Read shakes hands first, and gives
  // what one record holds, so that nothing is left that the kernel does not tell of; `size` is at
  // least kRecord for that. What Write could not send it has to be given again, at the front of
  // whatever is sent then.
  static constexpr std::size_t kRecord = 16384;
  ssize_t Read(char* bytes, std::size_t size);
  ssize_t Write(std::string_view bytes);

  // Read goes on when the socket is writable.
  bool wants_write() const { return wants_write_; }
  // Hands have been shaken.
  bool is_open() const { return is_open_; }
  // The end came without a word, be it from the client or from somebody between.
  bool was_cut() const;

  // Says that nothing more will be sent, if there is room for that.
  void EndWriting();

 private:
  ssize_t Fail(int result);

  std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
  bool is_open_ = false;
  bool wants_write_ = false;
  bool failed_ = false;
};

}  // namespace herd::net
