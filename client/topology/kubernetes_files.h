// A herd as a component for kustomize: what of k8s/ depends on which servers there are.
//
// Pure: from values to the texts of files.
#pragma once

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "server/config/herd_config.h"

namespace herd::client {

// The same herd with each server in a pod of its own: its pod's name as the host, the same ports in
// each. Names and neighbours stay.
config::HerdConfig InPods(const config::HerdConfig& herd);

// By their names: herd.json, which is InPods(herd), services.yaml with a Service for each server,
// on port 12070, 12071, ... in the order of the herd, and kustomization.yaml; in a folder
// certificates, a component more, with a certificate for each server. Errors: InvalidArgument, two
// servers would have Services of one name, or one of a name that is too long.
absl::StatusOr<std::map<std::string, std::string>> KubernetesFiles(const config::HerdConfig& herd);

}  // namespace herd::client
