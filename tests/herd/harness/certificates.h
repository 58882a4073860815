// An authority of a test's own, and certificates that it vouches for.
//
// Belongs to the main thread of the test.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "server/tls/identity.h"
#include "tests/herd/harness/files.h"

namespace herd::test {

class Certificates {
 public:
  // For each of these names one, in a folder of its own; see make_certificates.
  explicit Certificates(const std::vector<std::string>& names);

  // Makes these (anew), with the same authority. "NAME", or "NAME=DAYS" that it holds for.
  void Make(const std::vector<std::string>& names);

  // Where that one stands. The authority is this one's.
  tls::IdentityFiles Files(const std::string& name) const;
  // The flags of a server or client who is that.
  std::vector<std::string> Flags(const std::string& name) const;

 private:
  TempDir directory_;
};

}  // namespace herd::test
