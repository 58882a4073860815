// Which server a pod of a Kubernetes StatefulSet is: they are numbered from 0, herd-0, herd-1, ...,
// as the servers of the herd's file are.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "server/config/herd_config.h"

namespace herd::config {

// The name of the server that the pod of that name is.
// Errors: InvalidArgument, the name ends with no number; NotFound, the herd has no server of it.
absl::StatusOr<std::string> ServerOfPod(const HerdConfig& herd, std::string_view pod);

}  // namespace herd::config
