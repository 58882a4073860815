#include "client/commands/send.h"

#include <unistd.h>

#include <iostream>

#include "absl/strings/str_cat.h"
#include "client/commands/relay.h"

namespace herd::client {
namespace {

void Welcome(const Target& target) {
  std::cerr << target.ToString() << ". One command a line, Ctrl-D ends:\n"
            << "  IAMAT ID POSITION TIME     WHATSAT ID RADIUS BOUND" << std::endl;
}

std::string PromptFor(const Target& target) {
  return absl::StrCat(target.server.empty() ? target.endpoint.ToString() : target.server, "> ");
}

int Refused(const Target& target, size_t count) {
  Complain(
      absl::StrCat(target.ToString(), " refused ", count, count == 1 ? " command" : " commands"));
  return kExitFailed;
}

}  // namespace

int RunSend(const HerdOptions& herd, const std::string& server) {
  const absl::StatusOr<Target> target = FindTarget(herd, server);
  if (!target.ok()) return Fail(target.status());
  absl::StatusOr<TextConnection> connection = Connect(*target, herd.timeout);
  if (!connection.ok()) return Fail(connection.status());
  const bool is_person = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1;
  if (is_person) Welcome(*target);
  Relay relay(*connection, STDIN_FILENO, STDOUT_FILENO, is_person ? PromptFor(*target) : "");
  const absl::Status done = relay.Run(herd.timeout);
  if (is_person) std::cout << std::endl;
  if (!done.ok()) return Fail(done);
  if (relay.refused() > 0 && !is_person) return Refused(*target, relay.refused());
  return kExitOk;
}

}  // namespace herd::client
