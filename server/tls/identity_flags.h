// The flags by which a program is told who it is: all three files, or none.
#pragma once

#include <string>

#include "CLI/CLI.hpp"
#include "server/tls/identity.h"

namespace herd::tls {

struct IdentityFlags {
  CLI::Option* certificate;
  CLI::Option* key;
  CLI::Option* authorities;
};

// What the help says of each.
struct IdentityHelp {
  std::string certificate;
  std::string key;
  std::string authorities;
};

// --tls-certificate, --tls-key and --tls-ca, into `files`, which outlives the parsing.
inline IdentityFlags AddIdentityFlags(CLI::App& app, const IdentityHelp& help,
                                      IdentityFiles& files) {
  const IdentityFlags flags = {
      .certificate = app.add_option("--tls-certificate", files.certificate, help.certificate),
      .key = app.add_option("--tls-key", files.key, help.key),
      .authorities = app.add_option("--tls-ca", files.authorities, help.authorities)};
  for (CLI::Option* const file : {flags.certificate, flags.key, flags.authorities}) {
    // An empty name, as of a variable that is not set, must not mean that there is to be no TLS.
    file->check([](const std::string& path) -> std::string {
      return path.empty() ? "is empty, and has to name a file" : "";
    });
  }
  flags.certificate->needs(flags.key)->needs(flags.authorities);
  flags.key->needs(flags.certificate);
  flags.authorities->needs(flags.certificate);
  return flags;
}

}  // namespace herd::tls
