#include "tests/herd/harness/certificates.h"

#include "gtest/gtest.h"
#include "tests/herd/harness/process.h"

namespace herd::test {

Certificates::Certificates(const std::vector<std::string>& names) { Make(names); }

void Certificates::Make(const std::vector<std::string>& names) {
  std::vector<std::string> command = {MAKE_CERTIFICATES, directory_.File("")};
  command.insert(command.end(), names.begin(), names.end());
  Process maker(command, directory_.File("maker.out"));
  EXPECT_EQ(maker.Wait(), 0) << maker.Output();
}

tls::IdentityFiles Certificates::Files(const std::string& name) const {
  return {.certificate = directory_.File(name + ".pem"),
          .key = directory_.File(name + ".key"),
          .authorities = directory_.File("ca.pem")};
}

std::vector<std::string> Certificates::Flags(const std::string& name) const {
  const tls::IdentityFiles files = Files(name);
  return {"--tls-certificate", files.certificate, "--tls-key",
          files.key,           "--tls-ca",        files.authorities};
}

}  // namespace herd::test
