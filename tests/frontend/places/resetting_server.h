// An HTTPS server that takes every HTTP/2 request and resets its stream with an error.
// On a free port of 127.0.0.1; one thread of its own, and so one connection at a time.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "tests/frontend/places/raw_server.h"

namespace herd::places {

class ResettingServer {
 public:
  ResettingServer();
  ~ResettingServer();
  ResettingServer(const ResettingServer&) = delete;
  ResettingServer& operator=(const ResettingServer&) = delete;

  int port() const { return listener_.port(); }
  // Its certificate, PEM, for whoever is to trust it.
  const std::string& certificate_file() const { return certificate_file_; }
  int requests() const { return requests_; }

 private:
  struct Free {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    void operator()(SSL* tls) const { SSL_free(tls); }
  };

  void UseCertificate();
  void Run();
  void Serve(SSL* tls);

  const ListeningSocket listener_;
  const std::string certificate_file_;
  const std::unique_ptr<SSL_CTX, Free> context_;
  std::atomic<int> requests_ = 0;
  std::thread thread_;
};

}  // namespace herd::places
