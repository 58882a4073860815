#!/usr/bin/env python3
"""Renders every overlay, checks it against Kubernetes' schemas and against the tree, and breaks
copies of the manifests on purpose to see that it is found.

usage: manifests_test.py --tree TREE --npm FOLDER --herd-server PROGRAM --herd-client PROGRAM

Exit status 77: there is no kubectl, or no TypeScript; `./herd test` installs them where it can.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

import relations
from rendering import Rendering, find_kubectl, pods, render
from schemas import Schemas

NOT_RUN = 77
arguments = None
kubectl = None


class Manifests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def copy(self):
        """A copy of k8s/ that may be broken."""
        copied = tempfile.mkdtemp(dir=self.folder)
        shutil.copytree(os.path.join(arguments.tree, "k8s"), os.path.join(copied, "k8s"))
        return os.path.join(copied, "k8s")

    def schemas(self):
        return Schemas(arguments.npm, tempfile.mkdtemp(dir=self.folder))

    def assert_valid(self, renderings):
        """All in one run of the compiler, which takes its time."""
        objects = [each for rendering in renderings for each in rendering.objects]
        self.assertEqual(self.schemas().check(objects), [])

    def assert_fits_together(self, rendering):
        self.assertEqual(relations.check(rendering, arguments.tree), [])
        self.assertEqual(relations.check_with_server(rendering, arguments.herd_server), [])


def overlays():
    where = os.path.join(arguments.tree, "k8s/overlays")
    return [os.path.join(where, name) for name in sorted(os.listdir(where))]


class Overlays(Manifests):
    def test_there_are_a_local_and_a_production_one(self):
        self.assertEqual([os.path.basename(each) for each in overlays()], ["local", "production"])

    def test_each_is_valid_and_fits_together(self):
        renderings = [Rendering(render(kubectl, overlay)) for overlay in overlays()]
        self.assert_valid(renderings)
        for rendering in renderings:
            self.assert_fits_together(rendering)

    def test_production_holds_no_key_and_asks_google(self):
        rendering = Rendering(render(kubectl, os.path.join(arguments.tree,
                                                           "k8s/overlays/production")))
        self.assertEqual(rendering.of("Secret"), [])
        self.assertNotIn("--places-url", str(rendering.objects))

    def test_production_is_watched_and_speaks_tls(self):
        rendering = Rendering(render(kubectl, os.path.join(arguments.tree,
                                                           "k8s/overlays/production")))
        self.assertEqual(len(rendering.of("Certificate")), 5 + len(("operator", "authority")))
        self.assertEqual(len(rendering.of("ServiceMonitor")), 1)
        self.assertEqual(len(rendering.of("PrometheusRule")), 1)

    def test_kind_leads_each_port_to_the_service_of_its_server(self):
        local = os.path.join(arguments.tree, "k8s/overlays/local")
        with open(os.path.join(local, "kind.yaml"), encoding="utf-8") as file:
            mapped = yaml.safe_load(file)["nodes"][0]["extraPortMappings"]
        services = [port for service in Rendering(render(kubectl, local)).of("Service")
                    if service["spec"].get("type") == "NodePort"
                    for port in service["spec"]["ports"]]
        self.assertEqual({port["port"]: port["nodePort"] for port in services},
                         {port["hostPort"]: port["containerPort"] for port in mapped})
        self.assertEqual(sorted(port["port"] for port in services), list(range(12070, 12075)))


class Topologies(Manifests):
    def generate(self, folder, *words):
        subprocess.run([arguments.herd_client, "topology", "--kubernetes", folder, *words],
                       check=True, capture_output=True)

    def test_the_five_are_what_the_generator_makes(self):
        made, kept = os.path.join(self.folder, "five"), os.path.join(arguments.tree,
                                                                     "k8s/components/five")
        self.generate(made)
        self.assertEqual(files_of(made), files_of(kept))
        for name in files_of(made):
            with open(os.path.join(made, name), encoding="utf-8") as one, \
                    open(os.path.join(kept, name), encoding="utf-8") as other:
                self.assertEqual(one.read(), other.read(), name)

    def test_a_herd_of_another_size_is_one_line_in_an_overlay(self):
        renderings = []
        for count, degree in ((1, 2), (3, 2), (12, 4)):
            with self.subTest(count):
                k8s = self.copy()
                self.generate(os.path.join(k8s, "components/other"), "--servers", str(count),
                              "--degree", str(degree))
                overlay = os.path.join(k8s, "overlays/production")
                for _ in ("the servers", "their certificates"):
                    change(os.path.join(overlay, "kustomization.yaml"), "components/five",
                           "components/other")
                renderings.append(Rendering(render(kubectl, overlay)))
                self.assert_fits_together(renderings[-1])
                self.assertEqual(len(pods(renderings[-1])), count)
        self.assert_valid(renderings)


def files_of(folder):
    return sorted(os.path.relpath(os.path.join(where, name), folder)
                  for where, _, names in os.walk(folder) for name in names)


def change(path, pattern, replacement):
    """Replaces the first match in a file; it is an error when there is none."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    changed, count = re.subn(pattern, replacement, text, count=1, flags=re.MULTILINE)
    assert count == 1, f"{path} has no {pattern}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(changed)


# File, what stands there, what stands there instead, and what the complaint says.
BROKEN_RELATIONS = [
    # Selectors.
    ("base/services.yaml", r"(clusterIP[\s\S]*?selector:\n\s+app.*?: )herd", r"\1heard",
     "herd-peers selects no pod"),
    ("components/five/services.yaml", "pod-name: herd-4", "pod-name: herd-5",
     "herd-welsh selects no pod"),
    ("components/five/services.yaml", "pod-name: herd-4", "pod-name: herd-3",
     "no Service leads to Welsh alone"),
    ("base/statefulset.yaml", r"(matchLabels:\n\s+app.*?: )herd", r"\1other",
     "herd does not select its own pods"),
    ("base/statefulset.yaml", r"(labelSelector:\n\s+matchLabels:\n\s+app.*?: )herd", r"\1other",
     "spreads other pods"),
    ("base/disruption-budget.yaml", r"(matchLabels:\n\s+app.*?: )herd", r"\1other",
     "PodDisruptionBudget herd selects no pod"),
    ("base/network-policies.yaml", r"(policyTypes[\s\S]*matchLabels:\n\s+app.*?: )herd", r"\1other",
     "NetworkPolicy herd speaks of pods that are not there"),
    # Ports.
    ("base/statefulset.yaml", "name: clients", "name: phones", "leads to the port clients"),
    ("base/services.yaml", "targetPort: propagate", "targetPort: propagation",
     "leads to the port propagation"),
    ("components/five/services.yaml", "targetPort: clients", "targetPort: client",
     "leads to the port client,"),
    ("components/five/services.yaml", "port: 12072", "port: 12070",
     "no Service leads to Holiday alone, on 12072"),
    ("base/statefulset.yaml", "containerPort: 12170", "containerPort: 12171",
     "herd.json's propagate_port 12170"),
    ("base/statefulset.yaml", "containerPort: 12370", "containerPort: 12371",
     "herd.json's metrics_port 12370"),
    ("components/five/herd.json", r'"metrics_port": 12370,', "", "herd.json's metrics_port None"),
    ("base/statefulset.yaml", r"(readinessProbe:\n\s+httpGet:\n\s+port: )metrics", r"\1metric",
     "the readinessProbe asks the port metric,"),
    ("base/statefulset.yaml", r"(startupProbe:\n\s+httpGet:\n\s+port: )metrics", r"\1operators",
     "the startupProbe asks for /healthz of operators"),
    ("base/statefulset.yaml", "path: /readyz", "path: /ready", "asks for /ready of metrics"),
    ("base/statefulset.yaml", r"livenessProbe:\n\s+httpGet:\n\s+port: metrics\n\s+path: /healthz",
     "livenessProbe:\n            tcpSocket:\n              port: metrics", "no HTTP livenessProbe"),
    ("base/statefulset.yaml", r"(livenessProbe:[\s\S]*?path: )/healthz", r"\1/readyz",
     "the livenessProbe asks for /readyz, not /healthz"),
    ("base/statefulset.yaml", "path: /readyz", "path: /healthz",
     "the readinessProbe asks for /healthz, not /readyz"),
    ("base/network-policies.yaml", "port: propagate", "port: peers", "opens the port peers"),
    ("base/network-policies.yaml", "port: 12170", "port: 12371", "lets pods reach the port 12371"),
    # Names.
    ("base/statefulset.yaml", "serviceAccountName: herd", "serviceAccountName: heard",
     "runs as the ServiceAccount heard"),
    ("base/statefulset.yaml", "serviceName: herd-peers", "serviceName: herd-others",
     "herd-others, which is to give"),
    ("base/statefulset.yaml", "secretName: herd-places-key", "secretName: places",
     "mounts the Secret places"),
    ("base/statefulset.yaml", r"(configMap:\n\s+name: )herd", r"\1heard",
     "mounts the ConfigMap heard"),
    ("base/statefulset.yaml", "--config=/etc/herd/herd.json", "--config=/etc/herd/herds.json",
     "no such file in the pod"),
    ("base/statefulset.yaml", r"- name: places-key\n\s+mountPath", "- name: key\n              mountPath",
     "mounts the volume key"),
    ("components/five/herd.json", "herd-2.herd-peers", "herd-2.herd-peer", "Holiday is looked for"),
    ("components/five/kustomization.yaml", "count: 5", "count: 4", "4 pods for 5 servers"),
    ("base/kustomization.yaml", "  - namespace.yaml\n", "", "which is not made here"),
    # What the pods may, and how they go.
    ("base/statefulset.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false",
     "may write to its root"),
    ("base/statefulset.yaml", "runAsNonRoot: true", "runAsNonRoot: false", "may run as root"),
    ("overlays/local/places.yaml", r"drop:\n\s+- ALL", "drop: [NET_RAW]", "keeps capabilities"),
    ("base/statefulset.yaml", "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true",
     "may get more privileges"),
    ("base/statefulset.yaml", "RuntimeDefault", "Unconfined", "without seccomp"),
    ("base/service-account.yaml", "Token: false", "Token: true", "hands out its token"),
    ("base/services.yaml", "publishNotReadyAddresses: true", "publishNotReadyAddresses: false",
     "hides servers that are not ready"),
    ("base/statefulset.yaml", "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 15",
     "a pod is killed after 15 s"),
    ("base/disruption-budget.yaml", "maxUnavailable: 1", "maxUnavailable: 2", "be evicted"),
    ("base/statefulset.yaml", "type: RollingUpdate", "type: OnDelete", "more than one server at a"),
    ("base/statefulset.yaml", r"(type: RollingUpdate\n)",
     r"\1    rollingUpdate:\n      maxUnavailable: 2\n", "more than one server at a time"),
    ("base/statefulset.yaml", "successThreshold: 5", "successThreshold: 1", "an update goes on before"),
    ("base/statefulset.yaml", " +successThreshold: 5\n", "", "an update goes on before"),
    ("base/statefulset.yaml", "minReadySeconds: 5", "minReadySeconds: 0", "an update goes on before"),
    ("base/network-policies.yaml", r"- from:\n(.*\n){3}(\s+ports:\n\s+- port: propagate)",
     r"- {}\n    - from: []\n\2", "open to everybody"),
    ("base/network-policies.yaml", r"(herd/metrics: allowed\n)", r"\1        - podSelector: {}\n",
     "the metrics are open to others"),
    ("components/labels/kustomization.yaml", "version: 0.1.0", "version: 0.0.9",
     "the tree's version is"),
    ("overlays/local/kustomization.yaml", "  - ../../components/labels\n", "",
     "Service herd-goloman lacks the labels"),
]

# Of what the production overlay has and the local one has not.
BROKEN_IN_PRODUCTION = [
    ("overlays/production/kustomization.yaml", " +nodeTaintsPolicy: Honor\n", "",
     "waits for room on nodes that are tainted"),
    ("components/prometheus-operator/service-monitor.yaml", "component: peers", "component: peer",
     "ServiceMonitor herd selects 0 Services"),
    ("components/prometheus-operator/service-monitor.yaml", r"component: peers", "part-of: herd",
     "each server should be found once"),
    ("components/prometheus-operator/service-monitor.yaml", "port: metrics", "port: metric",
     "scrapes the port metric,"),
    ("base/services.yaml", "- name: metrics", "- name: prometheus", "scrapes the port metrics,"),
    ("components/prometheus-operator/service-monitor.yaml", "path: /metrics", "path: /metric",
     "scrapes /metric,"),
    ("components/prometheus-operator/service-monitor.yaml", "jobLabel: app.kubernetes.io/name",
     "jobLabel: app.kubernetes.io/component", "makes a job that the alerts"),
    ("components/prometheus-operator/service-monitor.yaml", "targetLabel: instance",
     "targetLabel: pod", "does not call an instance"),
    ("base/services.yaml", "publishNotReadyAddresses: true", "publishNotReadyAddresses: false",
     "does not see servers that are not ready"),
    ("components/prometheus-operator/rules.yaml", "for: 1m", "for: 2m", "PrometheusRule herd differs"),
    # Certificates.
    ("components/five/certificates/certificates.yaml", "Hands", "Goloman",
     "Hands is told --tls-certificate=/etc/herd-tls/herd-1/tls.crt, which is not its own"),
    ("components/five/certificates/certificates.yaml", '- "Hands"', '- "Hands"\n    - "Welsh"',
     "Hands is told --tls-key=/etc/herd-tls/herd-1/tls.key, which is not its own"),
    ("components/five/certificates/certificates.yaml", "    - client auth\n", "",
     "Goloman has a certificate that is not for both ends"),
    ("components/five/certificates/certificates.yaml", "secretName: herd-welsh-tls",
     "secretName: herd-welsh", "mounts the Secret herd-welsh-tls, which nobody makes"),
    ("components/five/certificates/certificates.yaml", "secretName: herd-welsh-tls",
     "secretName: herd-hands-tls", "two Certificates have the Secret herd-hands-tls"),
    ("components/five/certificates/certificates.yaml", r"kind: Issuer\n    name: authority",
     "kind: Issuer\n    name: authorities", "of the issuer authorities, which is not made here"),
    ("components/five/certificates/certificates.yaml", r"kind: Issuer\n    name: authority",
     "kind: Issuer\n    name: self-signed", "herd-goloman is not of the herd's authority"),
    ("components/five/certificates/volume.yaml", "path: herd-2/tls.key", "path: herd-3/tls.key",
     "is told --tls-key=/etc/herd-tls/herd-2/tls.key, and there is no such file"),
    ("components/five/certificates/volume.yaml", "key: ca.crt", "key: ca.pem",
     "mounts ca.pem of the Secret herd-goloman-tls, which has none"),
    ("components/five/certificates/volume.yaml", "name: herd-welsh-tls", "name: operator-tls",
     "herd has the key of operator-tls"),
    ("components/mutual-tls/kustomization.yaml", r"tls-ca=(.*)ca.crt", r"tls-ca=\1tls.crt",
     "which is not its own ca.crt"),
    ("components/mutual-tls/kustomization.yaml", "HERD_POD\\)/tls.key", "HERD_PODS)/tls.key",
     "is told --tls-key=/etc/herd-tls/$(HERD_PODS)/tls.key, and there is no such file"),
    ("components/mutual-tls/kustomization.yaml", "name: tls", "name: certificates",
     "mounts the volume certificates"),
    ("components/mutual-tls/authority.yaml", "  isCA: true\n", "", "which is no authority's"),
    ("components/mutual-tls/operator.yaml", "- operator", "- operators",
     "nobody has a certificate for operator"),
]

BROKEN_FOR_THE_SERVER = [
    ("base/statefulset.yaml", "--leave-seconds=10", "--leave-minutes=10", "--leave-minutes"),
    ("components/five/herd.json", '"Wilkes"', '"Wilks"', "Wilks"),
    ("base/statefulset.yaml", "name: HERD_POD", "name: POD_NAME", "which pod it is in"),
]

# What only the schemas see.
BROKEN_FIELDS = [
    ("base/statefulset.yaml", "^  minReadySeconds:", "  minReadySecond:"),
    ("base/statefulset.yaml", "readOnlyRootFilesystem:", "readOnlyRootFileSystem:"),
    ("base/statefulset.yaml", "containerPort:", "port:"),
    ("base/statefulset.yaml", "failureThreshold: 60", "failureThreshold: '60'"),
    ("base/services.yaml", "publishNotReadyAddresses:", "publishNotReadyAddress:"),
    ("base/disruption-budget.yaml", "unhealthyPodEvictionPolicy:", "unhealthyPodEviction:"),
    ("base/network-policies.yaml", "cidr:", "cidrs:"),
    ("base/service-account.yaml", "automountServiceAccountToken:", "automountToken:"),
]
BROKEN_FIELDS_IN_PRODUCTION = [
    ("components/five/certificates/certificates.yaml", "renewBefore:", "renewAfter:"),
    ("components/five/certificates/certificates.yaml", "size: 256", 'size: "256"'),
    ("components/five/certificates/certificates.yaml", "rotationPolicy: Always",
     "rotationPolicy: Forever"),
    ("components/five/certificates/certificates.yaml", "- client auth", "- clientauth"),
    ("components/mutual-tls/authority.yaml", "  isCA: true", "  isAuthority: true"),
    ("components/mutual-tls/authority.yaml", "selfSigned:", "selfSigning:"),
    ("components/mutual-tls/operator.yaml", "dnsNames:", "dnsName:"),
    ("components/prometheus-operator/service-monitor.yaml", "jobLabel:", "job:"),
    ("components/prometheus-operator/service-monitor.yaml", "interval: 15s", "scrapeInterval: 15s"),
    ("components/prometheus-operator/rules.yaml", "for: 1m", "during: 1m"),
]


class Breaking(Manifests):
    """Each line of the tables above turns a check red."""

    def broken(self, file, pattern, replacement, overlay="local"):
        k8s = self.copy()
        change(os.path.join(k8s, file), pattern, replacement)
        return render(kubectl, os.path.join(k8s, "overlays", overlay))

    def check_relations(self, table, overlay):
        for file, pattern, replacement, complaint in table:
            with self.subTest(f"{file}: {pattern}"):
                rendering = Rendering(self.broken(file, pattern, replacement, overlay))
                found = relations.check(rendering, arguments.tree)
                self.assertIn(complaint, "\n".join(found))

    def test_relations(self):
        self.check_relations(BROKEN_RELATIONS, "local")

    def test_relations_in_production(self):
        self.check_relations(BROKEN_IN_PRODUCTION, "production")

    def test_what_the_server_refuses(self):
        for file, pattern, replacement, complaint in BROKEN_FOR_THE_SERVER:
            with self.subTest(f"{file}: {pattern}"):
                rendering = Rendering(self.broken(file, pattern, replacement))
                found = relations.check_with_server(rendering, arguments.herd_server)
                self.assertIn(complaint, "\n".join(found))

    def test_fields(self):
        # All in one run of the compiler, and each has to be found.
        whole = {overlay: render(kubectl, os.path.join(arguments.tree, "k8s/overlays", overlay))
                 for overlay in ("local", "production")}
        breaks = [("local", *each) for each in BROKEN_FIELDS] + \
            [("production", *each) for each in BROKEN_FIELDS_IN_PRODUCTION]
        objects, expected = [], []
        for overlay, file, pattern, replacement in breaks:
            rendered = self.broken(file, pattern, replacement, overlay)
            different = [each for each in rendered if each not in whole[overlay]]
            self.assertTrue(different, pattern)
            different[0]["metadata"]["name"] += f"-{len(objects)}"
            objects.append(different[0])
            expected.append(f"{different[0]['kind']} {different[0]['metadata']['name']}: ")
        found = self.schemas().check(objects)
        for (_, file, pattern, _), name in zip(breaks, expected):
            with self.subTest(f"{file}: {pattern}"):
                self.assertTrue(any(line.startswith(name) for line in found), found)

    def test_a_reference_to_nothing_does_not_even_render(self):
        with self.assertRaises(ValueError):
            self.broken("base/kustomization.yaml", "services.yaml", "service.yaml")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("tree", "npm", "herd-server", "herd-client"):
        parser.add_argument(f"--{name}", required=True)
    arguments, rest = parser.parse_known_args()
    kubectl = find_kubectl(arguments.npm)
    if kubectl is None or not os.path.exists(os.path.join(arguments.npm, "node_modules/.bin/tsc")):
        print("there is no kubectl or no tsc; ./herd test installs them where npm can")
        sys.exit(NOT_RUN)
    unittest.main(argv=[sys.argv[0], *rest])
