#include "client/commands/drain.h"

#include <iostream>

#include "client/commands/message_json.h"
#include "client/commands/where.h"
#include "client/net/operator_client.h"

namespace herd::client {

int RunDrain(const HerdOptions& herd, const DrainOptions& options) {
  const absl::StatusOr<Target> target = FindOperator(herd, options.server);
  if (!target.ok()) return Fail(target.status());
  const auto drained =
      OperatorClient({{target->server, target->endpoint}}, herd.identity).Drain(herd.timeout);
  if (!drained.ok()) return Fail(Of(*target, drained.status()));
  if (options.json) {
    std::cout << ToJsonLine(*drained) << std::endl;
  } else {
    std::cout << target->server << (drained->already_leaving() ? " was leaving already" : " leaves")
              << std::endl;
  }
  return kExitOk;
}

}  // namespace herd::client
