// What a load is to be. Plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/load/request_source.h"
#include "client/net/clock.h"
#include "client/net/endpoint.h"

namespace herd::client {

struct LoadServer {
  // As a person is to read it.
  std::string name;
  Endpoint endpoint;
};

struct LoadPlan {
  // The connections are dealt to them in turn.
  std::vector<LoadServer> servers;
  std::uint32_t connections = 50;
  // Further ones that are only kept open.
  std::uint32_t idle = 0;
  // The connections are dealt to them in turn. Not more than connections, nor than clients.
  std::uint32_t threads = 1;

  // Without a rate: how many requests each connection sends at once, to send as many again when all
  // are answered.
  std::uint32_t depth = 1;
  // Requests a second in all, each sent when it is due, whatever became of the others.
  std::optional<double> rate;

  // Ends with what comes first. 0: not by that.
  Nanos duration = 0;
  std::uint64_t requests = 0;

  Mix mix;
  Question question;
  // See ReplyChecker.
  std::uint32_t verify_every = 16;
  // How long a reply, or a connection, may take.
  Nanos timeout = 10 * kNanosPerSecond;
};

}  // namespace herd::client
