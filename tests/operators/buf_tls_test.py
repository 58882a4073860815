#!/usr/bin/env python3
"""Calls a server that speaks mutual TLS with buf curl and all kinds of certificates: of those who may,
of those who may not, and none.

usage: buf_tls_test.py --buf BUF --server HERD_SERVER --protos FOLDER --make-certificates PROGRAM

Exit status 77: there is no buf, which `./herd test` installs where it can.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "herd"))

from herd_process import HerdProcess  # noqa: E402
from loopback import PATIENCE_S, eventually, free_ports, private_address  # noqa: E402

NOT_RUN = 77
arguments = None


class Certificates:
    """A folder with an authority of its own."""

    def __init__(self, test, *names):
        folder = tempfile.TemporaryDirectory(prefix="herd-buf-tls-")
        test.addCleanup(folder.cleanup)
        self.folder = folder.name
        subprocess.run([arguments.make_certificates, self.folder, *names], check=True)

    def path(self, file):
        return os.path.join(self.folder, file)

    def pair(self, name):
        return ["--cert", self.path(name + ".pem"), "--key", self.path(name + ".key")]


class BufCurlWithCertificates(unittest.TestCase):
    """Holiday, whose neighbour Welsh is not there."""

    def setUp(self):
        self.ours = Certificates(self, "Holiday", "Welsh", "Goloman", "operator", "late=-1")
        self.others = Certificates(self, "operator", "Welsh")
        address = private_address()
        ports = free_ports(8, address)
        keys = ["client_port", "propagate_port", "operator_port", "metrics_port"]
        config = self.ours.path("herd.json")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"servers": [
                {"name": name, "host": address, **dict(zip(keys, ports[4 * i:])),
                 "neighbors": [] if i else ["Welsh"]} for i, name in enumerate(["Holiday", "Welsh"])]},
                      file)
        self.server = HerdProcess(
            arguments.server, "Holiday", config, address, ports[0], ports[3],
            "--places-url", "http://%s:%d" % (address, ports[4]), "--leave-seconds", "1",
            "--tls-certificate", self.ours.path("Holiday.pem"),
            "--tls-key", self.ours.path("Holiday.key"), "--tls-ca", self.ours.path("ca.pem"))
        self.addCleanup(self.server.stop)
        self.operators = "https://%s:%d" % (address, ports[2])
        self.neighbors = "https://%s:%d" % (address, ports[1])

    def buf(self, url, *words, shown=(), believed=None):
        """`shown`: the certificate; `believed`: the authority's. Without a schema buf asks by
        reflection first, and keeps to itself why that fails."""
        return subprocess.run(
            [arguments.buf, "curl", "--protocol", "grpc", "--servername", "Holiday",
             "--cacert", believed or self.ours.path("ca.pem"), *shown, *words, url],
            cwd=self.ours.folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False)

    def get_status(self, **how):
        return self.buf(self.operators + "/herd.v1.Operator/GetStatus", "--schema",
                        arguments.protos, "-d", "{}", **how)

    def knock_as(self, name, **how):
        return self.buf(
            self.neighbors + "/herd.v1.Propagate/Knock", "--schema", arguments.protos, "-d",
            json.dumps({"server": name, "receiver": "Holiday", "start_ns": "5"}), **how)

    def expect_refused(self, done, *sentences):
        self.assertNotEqual(done.returncode, 0, done.stdout)
        self.assertTrue(any(each in done.stderr for each in sentences), done.stderr)

    def expect_no_handshake(self, done, why):
        """gRPC hangs up without a word, and how buf says so depends on how far it had come; the
        server's log says why."""
        self.expect_refused(done, '"code": "unavailable"', '"code": "canceled"')
        self.assertTrue(eventually(lambda: why in self.server.log()), self.server.log())

    def test_an_operator_with_its_certificate_asks_and_lists(self):
        done = self.buf(self.operators + "/herd.v1.Operator/GetStatus", "-d", "{}",
                        shown=self.ours.pair("operator"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(json.loads(done.stdout)["server"], "Holiday")
        listed = self.buf(self.operators, "--list-methods", shown=self.ours.pair("operator"))
        self.assertIn("herd.v1.Operator/GetStatus", listed.stdout)

    def test_without_a_certificate_nobody_is_an_operator(self):
        self.expect_no_handshake(self.get_status(), "peer did not return a certificate")

    def test_nor_with_one_of_another_authority(self):
        self.expect_no_handshake(self.get_status(shown=self.others.pair("operator")),
                                 "certificate verify failed")

    def test_nor_with_one_that_has_expired(self):
        self.expect_no_handshake(self.get_status(shown=self.ours.pair("late")),
                                 "certificate verify failed")

    def test_nor_with_a_servers_for_whatever_there_is_to_ask(self):
        why = "the certificate is that of Welsh, and operators' are for operator"
        shown = self.ours.pair("Welsh")
        self.expect_refused(self.get_status(shown=shown), why)
        self.expect_refused(self.buf(self.operators + "/herd.v1.Operator/Drain", "--schema",
                                     arguments.protos, "-d", "{}", shown=shown), why)
        # By reflection, whose refusal buf does not tell of.
        for method, request in (("herd.v1.Operator/GetStatus", {}),
                                ("grpc.health.v1.Health/Check", {"service": ""}),
                                ("grpc.channelz.v1.Channelz/GetServers", {})):
            with self.subTest(method):
                url = self.operators + "/" + method
                self.assertNotEqual(self.buf(url, "-d", json.dumps(request), shown=shown).returncode, 0)
                done = self.buf(url, "-d", json.dumps(request), shown=self.ours.pair("operator"))
                self.assertEqual(done.returncode, 0, done.stderr)
        self.expect_refused(self.buf(self.operators, "--list-methods", shown=shown), why)

    def test_who_believes_another_authority_does_not_ask(self):
        self.expect_refused(self.get_status(shown=self.ours.pair("operator"),
                                            believed=self.others.path("ca.pem")),
                            "certificate signed by unknown authority")

    def test_a_neighbor_knocks_with_its_certificate(self):
        done = self.knock_as("Welsh", shown=self.ours.pair("Welsh"))
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_without_one_nobody_is_a_neighbor(self):
        self.expect_no_handshake(self.knock_as("Welsh"), "peer did not return a certificate")

    def test_nor_with_a_strangers(self):
        self.expect_no_handshake(self.knock_as("Welsh", shown=self.others.pair("Welsh")),
                                 "certificate verify failed")

    def test_nor_with_one_that_was_a_neighbors_once(self):
        self.expect_no_handshake(self.knock_as("Welsh", shown=self.ours.pair("late")),
                                 "certificate verify failed")

    def test_nor_with_one_for_another_name_or_an_operators(self):
        self.expect_refused(self.knock_as("Welsh", shown=self.ours.pair("operator")),
                            "the certificate is that of operator, not of Welsh")
        self.expect_refused(self.knock_as("Welsh", shown=self.ours.pair("Goloman")),
                            "the certificate is that of Goloman, not of Welsh")
        self.expect_refused(self.knock_as("Goloman", shown=self.ours.pair("Goloman")),
                            "Goloman is no neighbor of Holiday")

    def test_the_propagate_port_has_nothing_for_an_operator_but_what_its_calls_look_like(self):
        listed = self.buf(self.neighbors, "--list-methods", shown=self.ours.pair("operator"))
        self.assertEqual({line.rpartition("/")[0] for line in listed.stdout.split()},
                         {"grpc.reflection.v1alpha.ServerReflection", "herd.v1.Propagate"})

    def test_a_noise_of_strangers_is_told_of_once(self):
        for _ in range(5):
            self.expect_no_handshake(self.get_status(), "peer did not return a certificate")
        self.assertEqual(self.server.log().count("peer did not return a certificate"), 1)


def main():
    parser = argparse.ArgumentParser()
    for name in ("--buf", "--server", "--protos", "--make-certificates"):
        parser.add_argument(name, required=True)
    global arguments
    arguments, rest = parser.parse_known_args()
    if not os.access(arguments.buf, os.X_OK):
        print("there is no buf, so nothing was tried", file=sys.stderr)
        return NOT_RUN
    unittest.main(argv=sys.argv[:1] + rest)
    return 0


if __name__ == "__main__":
    sys.exit(main())
