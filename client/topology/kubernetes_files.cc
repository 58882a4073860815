#include "client/topology/kubernetes_files.h"

#include <cstddef>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/substitute.h"

namespace herd::client {
namespace {

// As k8s/base has them: the StatefulSet, and the headless Service that gives its pods their names.
constexpr char kStatefulSet[] = "herd";
constexpr char kPeers[] = "herd-peers";
// Of every pod; the pods have addresses of their own.
constexpr std::uint16_t kClientPort = 12070;
constexpr std::uint16_t kPropagatePort = 12170;
constexpr std::uint16_t kOperatorPort = 12270;
constexpr std::uint16_t kMetricsPort = 12370;
constexpr std::size_t kMaxServiceName = 63;

constexpr char kKustomization[] =
    R"(# Which servers the herd has. Made by `herd-client topology --kubernetes`: make it anew, do not edit.
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component

# With a hash of its content in its name, so that another topology replaces the pods, one at a time.
# Those beyond the count are deleted all at once instead: scale down first, as the README says under
# "Change the topology".
configMapGenerator:
  - name: herd
    files:
      - herd.json

resources:
  - services.yaml

replicas:
  - name: herd
    count: $0
)";

constexpr char kServicesHead[] =
    R"(# A Service for each server, on a port of its own, which leads to that server's pod alone. Made by
# `herd-client topology --kubernetes`: make it anew, do not edit.
)";

constexpr char kService[] = R"(---
apiVersion: v1
kind: Service
metadata:
  name: $0
  labels:
    app.kubernetes.io/name: herd
    app.kubernetes.io/component: door
    app.kubernetes.io/part-of: herd
spec:
  selector:
    app.kubernetes.io/name: herd
    statefulset.kubernetes.io/pod-name: $1
  ports:
    - name: clients
      port: $2
      targetPort: clients
)";

constexpr char kCertificatesKustomization[] =
    R"(# A certificate for each server, by cert-manager, together with components/mutual-tls, which has their
# authority. Made by `herd-client topology --kubernetes`: make it anew, do not edit.
apiVersion: kustomize.config.k8s.io/v1alpha1
kind: Component

resources:
  - certificates.yaml

patches:
  - path: volume.yaml
)";

constexpr char kCertificatesHead[] =
    R"(# Each is for the name of its server alone: a neighbour believes no other. Made by
# `herd-client topology --kubernetes`: make it anew, do not edit.
)";

constexpr char kCertificate[] = R"(---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: $0
  labels:
    app.kubernetes.io/name: herd
    app.kubernetes.io/component: certificate
    app.kubernetes.io/part-of: herd
spec:
  secretName: $0-tls
  dnsNames:
    - $1
  usages:
    - digital signature
    - server auth
    - client auth
  privateKey:
    algorithm: ECDSA
    size: 256
    rotationPolicy: Always
  # Three months, renewed after two.
  duration: 2160h
  renewBefore: 720h
  issuerRef:
    kind: Issuer
    name: authority
)";

constexpr char kVolumeHead[] =
    R"(# Each pod has a folder of its own in it, named as the pod. Made by
# `herd-client topology --kubernetes`: make it anew, do not edit.
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: herd
spec:
  template:
    spec:
      volumes:
        - name: tls
          projected:
            defaultMode: 0440
            sources:
)";

constexpr char kVolumeSource[] = R"(              - secret:
                  name: $0-tls
                  items:
                    - key: tls.crt
                      path: $1/tls.crt
                    - key: tls.key
                      path: $1/tls.key
                    - key: ca.crt
                      path: $1/ca.crt
)";

std::string PodOf(std::size_t number) { return absl::StrCat(kStatefulSet, "-", number); }

std::string ServiceOf(const std::string& server) {
  std::string name = absl::StrCat(kStatefulSet, "-", absl::AsciiStrToLower(server));
  absl::StrReplaceAll({{"_", "-"}, {".", "-"}}, &name);
  return name;
}

// So that YAML takes no name for a number or the like.
std::string Quoted(const std::string& name) { return absl::StrCat("\"", name, "\""); }

absl::Status CheckServiceName(const std::string& name, const std::string& server,
                              std::set<std::string>* names) {
  if (name.size() > kMaxServiceName ||
      !absl::ascii_isalnum(static_cast<unsigned char>(name.back()))) {
    return absl::InvalidArgumentError(
        absl::StrCat("the server ", server,
                     " cannot have a Service of its own: Kubernetes takes no name \"", name, "\""));
  }
  if (name == kPeers || !names->insert(name).second) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the server ", server, " and something else would both have the Service ", name));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Services(const config::HerdConfig& herd) {
  std::string text = kServicesHead;
  std::set<std::string> names;
  for (std::size_t i = 0; i < herd.servers.size(); ++i) {
    const std::string name = ServiceOf(herd.servers[i].name);
    absl::Status status = CheckServiceName(name, herd.servers[i].name, &names);
    if (!status.ok()) return status;
    absl::SubstituteAndAppend(&text, kService, name, PodOf(i), kClientPort + i);
  }
  return text;
}

// The servers' Services have been made, so their names are good for this too.
std::string Certificates(const config::HerdConfig& herd) {
  std::string text = kCertificatesHead;
  for (const config::ServerConfig& server : herd.servers) {
    absl::SubstituteAndAppend(&text, kCertificate, ServiceOf(server.name), Quoted(server.name));
  }
  return text;
}

std::string Volume(const config::HerdConfig& herd) {
  std::string text = kVolumeHead;
  for (std::size_t i = 0; i < herd.servers.size(); ++i) {
    absl::SubstituteAndAppend(&text, kVolumeSource, ServiceOf(herd.servers[i].name), PodOf(i));
  }
  return text;
}

}  // namespace

config::HerdConfig InPods(const config::HerdConfig& herd) {
  config::HerdConfig in_pods = herd;
  for (std::size_t i = 0; i < in_pods.servers.size(); ++i) {
    config::ServerConfig& server = in_pods.servers[i];
    server.host = absl::StrCat(PodOf(i), ".", kPeers);
    server.client_port = kClientPort;
    server.propagate_port = kPropagatePort;
    server.operator_port = kOperatorPort;
    server.metrics_port = kMetricsPort;
  }
  return in_pods;
}

absl::StatusOr<std::map<std::string, std::string>> KubernetesFiles(const config::HerdConfig& herd) {
  absl::StatusOr<std::string> services = Services(herd);
  if (!services.ok()) return services.status();
  return std::map<std::string, std::string>{
      {"herd.json", config::ToJson(InPods(herd))},
      {"kustomization.yaml", absl::Substitute(kKustomization, herd.servers.size())},
      {"services.yaml", *std::move(services)},
      {"certificates/kustomization.yaml", kCertificatesKustomization},
      {"certificates/certificates.yaml", Certificates(herd)},
      {"certificates/volume.yaml", Volume(herd)}};
}

}  // namespace herd::client
