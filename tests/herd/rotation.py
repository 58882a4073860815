"""A herd whose certificates are replaced while clients report: first all of one authority's, then by
those of another authority, with the old one's taken away at the end.

Prints what it measured.
"""

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

from herd_process import HerdProcess
from loopback import PATIENCE_S, eventually, free_ports, private_address

EDGES = {"Goloman": ["Hands", "Holiday", "Wilkes"], "Hands": ["Wilkes"],
         "Holiday": ["Welsh", "Wilkes"], "Wilkes": [], "Welsh": []}
NAMES = list(EDGES)
LINKS = sum(map(len, EDGES.values()))
HERE = "+34.068930-118.445127"
REPORTERS = 4

arguments = None


class Reporter(threading.Thread):
    """A client after the other reports, each to a server of its own choice, until told to stop; what
    was acknowledged is kept."""

    def __init__(self, number, servers, stop):
        super().__init__()
        self._random = random.Random(number)
        self._number = number
        self._servers = servers
        self._told_to_stop = stop
        self.acknowledged = {}  # client -> the newest time
        self.reports = 0
        self.turned_away = 0

    def run(self):
        connections = {}
        while not self._told_to_stop.is_set():
            name = self._random.choice(NAMES)
            client = "client-%d-%d" % (self._number, self._random.randrange(50))
            self.reports += 1
            when = "%d.%d" % (1520000000 + self.reports, self._number)
            line = "IAMAT %s %s %s\n" % (client, HERE, when)
            try:
                if name not in connections:
                    connections[name] = socket.create_connection(self._servers[name], PATIENCE_S)
                connections[name].sendall(line.encode())
                reply = self._read_line(connections[name])
            except OSError:
                reply = ""
            if reply.startswith("AT "):
                self.acknowledged[client] = when
            else:
                self.turned_away += 1
                if name in connections:
                    connections.pop(name).close()
        for connection in connections.values():
            connection.close()

    @staticmethod
    def _read_line(connection):
        reply = b""
        while not reply.endswith(b"\n"):
            more = connection.recv(4096)
            if not more:
                return ""
            reply += more
        return reply.decode()


class Rotation(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="herd-rotation-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.make("old")
        self.make("new")
        shutil.copytree(self.path("old"), self.path("used"))
        self.address = private_address()
        ports = free_ports(4 * len(NAMES), self.address)
        keys = ["client_port", "propagate_port", "operator_port", "metrics_port"]
        self.ports = {name: dict(zip(keys, ports[4 * i:])) for i, name in enumerate(NAMES)}
        with open(self.path("herd.json"), "w", encoding="utf-8") as file:
            json.dump({"servers": [{"name": name, "host": self.address, **self.ports[name],
                                    "neighbors": EDGES[name]} for name in NAMES]}, file)
        self.servers = {}
        self.addCleanup(self.stop_servers)
        for name in NAMES:
            self.start(name)
        self.await_links()

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def make(self, authority):
        subprocess.run([arguments.make_certificates, self.path(authority), *NAMES], check=True)

    def start(self, name):
        used = self.path("used")
        self.servers[name] = HerdProcess(
            arguments.server, name, self.path("herd.json"), self.address,
            self.ports[name]["client_port"], self.ports[name]["metrics_port"],
            "--places-url", "http://%s:9" % self.address,
            "--tls-certificate", os.path.join(used, name + ".pem"),
            "--tls-key", os.path.join(used, name + ".key"),
            "--tls-ca", os.path.join(used, "ca.pem"))

    def stop_servers(self):
        for server in self.servers.values():
            self.assertEqual(server.stop(), 0, server.log())

    def pages(self):
        return "".join(server.page() for server in self.servers.values())

    def await_links(self):
        self.assertTrue(eventually(
            lambda: sum(line.startswith("herd_link_up") and line.endswith(" 1")
                        for line in self.pages().splitlines()) == 4 * LINKS), self.pages())

    def connects(self):
        """Times that links have been opened, seen from both of their ends."""
        return sum(float(line.split()[-1]) for line in self.pages().splitlines()
                   if line.startswith("herd_link_connects_total"))

    def replace(self, *names):
        """Those files in use by what is called so in another folder, and waits until all servers use
        them."""
        told = {name: server.log().count("new certificate of") for name, server in
                self.servers.items()}
        for source, target in names:
            new = self.path("used", ".new")
            shutil.copy(self.path(*source), new)
            os.replace(new, self.path("used", target))
        for name, server in self.servers.items():
            self.assertTrue(eventually(
                lambda: server.log().count("new certificate of") > told[name]), server.log())

    def pairs(self, authority):
        return [((authority, name + end), name + end) for name in NAMES for end in (".pem", ".key")]

    def test_the_servers_certificates_and_then_their_authority(self):
        stop = threading.Event()
        where = {name: (self.address, self.ports[name]["client_port"]) for name in NAMES}
        reporters = [Reporter(number, where, stop) for number in range(REPORTERS)]
        for reporter in reporters:
            reporter.start()
        self.addCleanup(stop.set)
        before = self.connects()

        self.make("old")  # All pairs anew.
        self.replace(*self.pairs("old"))
        self.believe("old", "new")
        self.replace((("both.pem",), "ca.pem"))
        self.replace(*self.pairs("new"))
        self.replace((("new", "ca.pem"), "ca.pem"))
        # Links that are open go on with what they began with.
        self.assertEqual(self.connects(), before)

        # With those that are new alone.
        for name in NAMES:
            self.assertEqual(self.servers[name].stop(), 0)
            self.start(name)
            self.await_links()
        stop.set()
        for reporter in reporters:
            reporter.join()
        lost = self.lost(reporters)
        print("%d reports acknowledged, %d lost; %d not taken by a server that was started anew; no "
              "link was opened anew while certificates changed" %
              (sum(r.reports - r.turned_away for r in reporters), len(lost),
               sum(r.turned_away for r in reporters)))
        self.assertEqual(lost, [])
        for reporter in reporters:
            self.assertGreater(len(reporter.acknowledged), 10)

    def believe(self, *authorities):
        with open(self.path("both.pem"), "w", encoding="utf-8") as both:
            for authority in authorities:
                with open(self.path(authority, "ca.pem"), encoding="utf-8") as one:
                    both.write(one.read())

    def lost(self, reporters):
        """Clients of whom some server does not know the newest report."""
        newest = {client: when for r in reporters for client, when in r.acknowledged.items()}
        found = []
        for name in NAMES:
            where = (self.address, self.ports[name]["client_port"])
            for client, when in newest.items():
                if not eventually(lambda: self.ask(where, client).endswith(" " + when)):
                    found.append((name, client, when))
        return found

    @staticmethod
    def ask(where, client):
        with socket.create_connection(where, PATIENCE_S) as connection:
            connection.sendall(b"WHATSAT %s 1 0\n" % client.encode())
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(4096), b"")).decode().split("\n")[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--make-certificates", required=True)
    global arguments
    arguments, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest)


if __name__ == "__main__":
    main()
