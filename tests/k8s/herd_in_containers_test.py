#!/usr/bin/env python3
"""Five containers of the image as the overlays would have them: the README's lines, a server that is
killed and comes back elsewhere, and a rolling restart of all while phones report; without TLS as the
local overlay, and with certificates as the production one has it.

usage: herd_in_containers_test.py --tree TREE --npm FOLDER --folder FOLDER --programs FOLDER
                                  [--figures] [TEST...]

Asserts no time; prints what it measured. --figures measures more: starting alone, and with 200,000
clients to catch up with. Exit status 77: no container can be run here, or image_test.py has built
none.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest

from cluster import Cluster, Network, Pod, enter, eventually
from containers import Containers, why_not
from relations import herd_file
from rendering import Rendering, find_kubectl, render
from writer import Writers, unknown

NOT_RUN = 77
WRITERS = 10
UPDATES_A_SECOND = 2000
CLIENTS_TO_CATCH_UP = 200_000
arguments = None
containers = None
kubectl = None
network = None


def resident_mb(pod):
    """Memory of the server in that pod, which is the one that listens in its network namespace."""
    pids = subprocess.run(["ip", "netns", "pids", pod.host], capture_output=True, text=True,
                          check=True).stdout.split()
    with open(f"/proc/{pids[0]}/status", encoding="utf-8") as file:
        return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024


class Herd(unittest.TestCase):
    overlay = "local"
    # Those of an operator, for herd-client.
    flags = ()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        os.chmod(folder.name, 0o755)
        self.folder = folder.name

    def secrets(self):
        """Those that are not in the manifests, by name."""
        return {}

    def start(self):
        objects = render(kubectl, os.path.join(arguments.tree, "k8s/overlays", self.overlay))
        self.rendering = Rendering(objects)
        self.cluster = Cluster(containers, self.rendering, self.folder, network, self.secrets())
        self.addCleanup(self.cluster.stop)
        self.herd = json.loads(herd_file(self.rendering))
        for places in self.rendering.of("Deployment"):
            name = places["metadata"]["name"]
            self.places = self.cluster.start("Deployment", name, name, name)

    def start_all(self):
        self.start()
        for number in range(len(self.herd["servers"])):
            self.cluster.start_server(number)
        for number in range(len(self.herd["servers"])):
            self.assertTrue(eventually(lambda number=number: self.is_ready(number)), number)
        self.assertTrue(eventually(self.all_in_sync))

    def pod(self, number):
        return self.cluster.pods[f"herd-{number}"]

    def is_ready(self, number):
        return self.pod(number).passes("readinessProbe")

    def client(self, *words):
        """What herd-client says, told the pods' addresses."""
        file = os.path.join(self.folder, "addresses.json")
        servers = [dict(server, host=self.pod(number).address)
                   for number, server in enumerate(self.herd["servers"])]
        with open(file, "w", encoding="utf-8") as out:
            json.dump({"servers": servers}, out)
        return subprocess.run([os.path.join(arguments.programs, "herd-client"), "--config", file,
                               *self.flags, *words], capture_output=True, text=True, check=False).stdout

    def links(self):
        return [json.loads(line) for line in self.client("neighbors", "--json").splitlines()]

    def all_in_sync(self, of=None):
        """All links, or all of that server, in both directions."""
        links = [link for link in self.links() if of is None or of in (link["of"], link["server"])]
        wanted = sum(len(server["neighbors"]) * (1 if of is None else
                                                 (server["name"] == of) * 2)
                     for server in self.herd["servers"])
        return len(links) == wanted and all(
            link["in_sync"] and link["inbound_up"] and link["outbound_up"]
            for link in links)

    def come_back(self, number):
        """Starts that server under another address. Seconds till it accepts, is ready, and is in
        sync with all its neighbours."""
        name = self.herd["servers"][number]["name"]
        pod = self.cluster.start_server(number)
        self.assertTrue(eventually(lambda: pod.accepts("clients")), name)
        accepts = time.monotonic() - pod.started_at
        self.assertTrue(eventually(lambda: pod.passes("startupProbe")), name)
        self.assertTrue(eventually(lambda: pod.passes("readinessProbe")), name)
        ready = time.monotonic() - pod.started_at
        self.assertTrue(eventually(lambda: self.all_in_sync(name)), name)
        return accepts, ready, time.monotonic() - pod.started_at

    def shell_lines_of_the_readme(self):
        with open(os.path.join(arguments.tree, "README.md"), encoding="utf-8") as file:
            return re.findall(r"^    \$ (printf '\w+ .*? \| nc -N localhost) (120\d\d)$",
                              file.read(), re.MULTILINE)

    def say(self, line, port):
        """A line of the README, to the pod to which the Service with that port leads."""
        pod = self.pod(int(port) - 12070)
        done = subprocess.run(["bash", "-c", line.replace("localhost", pod.address) +
                               f" {pod.port('clients')}"], capture_output=True, text=True,
                              check=True)
        return done.stdout

    def report_of_a_return(self, what, times):
        accepts, ready, in_sync = times
        print(f"{what}: accepts clients {accepts:.2f} s after its start, is ready after "
              f"{ready:.2f} s, in sync with all neighbours after {in_sync:.2f} s, which is "
              f"{in_sync - accepts:.2f} s after it could accept", flush=True)

    def come_back_elsewhere_than_dns_says(self, number, end):
        self.cluster.names.remember()
        end(self.pod(number))
        self.report_of_a_return(f"{self.herd['servers'][number]['name']}, {end.__name__}, and back "
                                "elsewhere than DNS says", self.come_back(number))

    def restart_all_while_phones_report(self):
        count = len(self.herd["servers"])
        writers = Writers(WRITERS, UPDATES_A_SECOND,
                          lambda: [self.pod(number) for number in range(count)])
        self.addCleanup(writers.finish)
        self.assertTrue(eventually(lambda: len(writers.acknowledged) > UPDATES_A_SECOND))
        # As a StatefulSet does it: the last one first, the next one when this one is ready.
        for number in reversed(range(count)):
            self.assertEqual(self.pod(number).terminate(), 0)
            name = self.herd["servers"][number]["name"]
            self.report_of_a_return(f"{name} restarted", self.come_back(number))
        after = len(writers.acknowledged)
        self.assertTrue(eventually(lambda: len(writers.acknowledged) > after + UPDATES_A_SECOND))
        writers.finish()
        acknowledged = writers.acknowledged
        for number in range(count):
            address = (self.pod(number).address, 12070)
            self.assertTrue(eventually(lambda address=address: not unknown(address, acknowledged)),
                            f"{number} lacks {unknown(address, acknowledged)[:10]}")
        print(f"rolling restart of {count}: {writers.reports} updates in {writers.seconds:.0f} s, "
              f"{len(acknowledged)} acknowledged, 0 of these lost, {len(writers.wrongs)} clients "
              f"turned away by a server that said it was ready, {writers.connections} connections")
        self.assertEqual(writers.wrongs, [])


class Running(Herd):
    def test_the_lines_of_the_readme_and_a_server_that_comes_back_elsewhere(self):
        self.start_all()
        lines = self.shell_lines_of_the_readme()
        self.assertEqual([port for _, port in lines], ["12070", "12074"])
        self.assertTrue(self.places.accepts("http"))
        self.assertRegex(self.say(*lines[0]),
                         r"^AT Goloman \+\S+ kiwi.cs.ucla.edu \+34.068930-118.445127 ")
        answer = self.say(*lines[1])
        self.assertRegex(answer, r"^AT Goloman \+\S+ kiwi.cs.ucla.edu ")
        document = json.loads(answer.partition("\n")[2])
        self.assertEqual(document["status"], "OK")
        self.assertEqual(len(document["results"]), 5)

        # Holiday, without which Welsh is alone.
        before = self.pod(2).address
        self.assertEqual(self.pod(2).kill(), 137)
        self.assertFalse(self.pod(2).passes("livenessProbe"))
        self.report_of_a_return("killed and elsewhere", self.come_back(2))
        self.assertNotEqual(self.pod(2).address, before)
        self.assertEqual(unknown((self.pod(2).address, 12070), [b"kiwi.cs.ucla.edu"]), [])

    def test_a_server_comes_back_elsewhere_and_dns_goes_on_telling_where_it_was(self):
        self.start_all()
        # Goloman calls all its neighbours, Welsh none, Holiday some.
        for number in (0, 2, 4):
            self.come_back_elsewhere_than_dns_says(number, Pod.kill)
            self.come_back_elsewhere_than_dns_says(number, Pod.vanish)

    def test_a_rolling_restart_loses_nothing_and_turns_nobody_away(self):
        self.start_all()
        self.restart_all_while_phones_report()


class WithCertificates(Herd):
    overlay = "production"

    def secrets(self):
        """The key that the README makes, and what cert-manager would make of each Certificate."""
        made = {"herd-places-key": {"key": "no-key-of-google"}}
        for certificate in self.rendering.of("Certificate"):
            spec = certificate["spec"]
            if not spec.get("isCA"):
                made[spec["secretName"]] = self.make_certificate(*spec["dnsNames"])
        operator = os.path.join(self.certificates, "operator")
        self.flags = ("--tls-certificate", operator + ".pem", "--tls-key", operator + ".key",
                      "--tls-ca", os.path.join(self.certificates, "ca.pem"))
        return made

    def make_certificate(self, name):
        """Anew, by the same authority. Text by the Secret's key."""
        subprocess.run([os.path.join(arguments.tree, "tests/tls/make_certificates"),
                        self.certificates, name], check=True)
        texts = {}
        for key, file in (("tls.crt", f"{name}.pem"), ("tls.key", f"{name}.key"),
                          ("ca.crt", "ca.pem")):
            with open(os.path.join(self.certificates, file), encoding="utf-8") as opened:
                texts[key] = opened.read()
        return texts

    @property
    def certificates(self):
        return os.path.join(self.folder, "certificates")

    def client_without_certificate(self):
        flags, self.flags = self.flags, ()
        try:
            return self.links()
        finally:
            self.flags = flags

    def test_servers_link_up_and_are_restarted_with_certificates_that_are_renewed_meanwhile(self):
        self.start_all()
        self.assertEqual(self.client_without_certificate(), [])
        # Those that are restarted have the new ones, the others know both.
        self.cluster.replace_secrets(self.secrets())
        self.restart_all_while_phones_report()
        self.come_back_elsewhere_than_dns_says(4, Pod.kill)


class Figures(Herd):
    def test_alone(self):
        self.start()
        pod = self.cluster.start_server(0)
        self.assertTrue(eventually(lambda: pod.accepts("clients")))
        accepts = time.monotonic() - pod.started_at
        self.assertTrue(eventually(lambda: pod.passes("readinessProbe")))
        print(f"alone: accepts clients after {accepts:.2f} s, is ready after "
              f"{time.monotonic() - pod.started_at:.2f} s, holds {resident_mb(pod):.0f} MB")

    def test_with_clients_to_catch_up_with(self):
        self.start_all()
        print(f"without clients: {resident_mb(self.pod(0)):.0f} MB")
        self.client("load", "--server", "Goloman", "--clients", str(CLIENTS_TO_CATCH_UP),
                    "--order", "sequential", "--requests", str(CLIENTS_TO_CATCH_UP))
        self.assertTrue(eventually(lambda: '"converged": true' in self.client("status", "--json") or
                                   '"converged":true' in self.client("status", "--json")))
        print(f"{CLIENTS_TO_CATCH_UP} clients: {resident_mb(self.pod(0)):.0f} MB at Goloman, "
              f"{resident_mb(self.pod(4)):.0f} MB at Welsh")
        for number in (1, 4):
            self.pod(number).kill()
            self.report_of_a_return(f"{self.herd['servers'][number]['name']}, with "
                                    f"{CLIENTS_TO_CATCH_UP} clients to catch up with",
                                    self.come_back(number))
            print(f"  and holds {resident_mb(self.pod(number)):.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    tree = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))
    for name, place in (("tree", ""), ("npm", "build/release/npm/k8s"),
                        ("folder", "build/release/containers"), ("programs", "build/release/bin")):
        parser.add_argument(f"--{name}", type=os.path.abspath, default=os.path.join(tree, place))
    parser.add_argument("--figures", action="store_true")
    arguments, rest = parser.parse_known_args()
    reason = why_not()
    kubectl = find_kubectl(arguments.npm)
    if reason is None and kubectl is None:
        reason = "there is no kubectl"
    if reason is None:
        containers = Containers(arguments.folder)
        if not containers.has_image():
            reason = "image_test.py has built no image"
    if reason is not None:
        print(f"no herd: {reason}")
        sys.exit(NOT_RUN)
    enter()
    network = Network()
    names = rest or (["Figures"] if arguments.figures else ["Running", "WithCertificates"])
    tests = unittest.defaultTestLoader.loadTestsFromNames(names, sys.modules[__name__])
    result = unittest.TextTestRunner(verbosity=2).run(tests)
    sys.exit(0 if result.wasSuccessful() else 1)
