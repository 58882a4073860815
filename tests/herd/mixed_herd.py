"""A herd of which some servers are of an older one, which speak text and nothing else."""

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from herd_process import HerdProcess
from loopback import PATIENCE_S, eventually, private_address

EDGES = {"Goloman": ["Hands", "Holiday", "Wilkes"], "Hands": ["Wilkes"],
         "Holiday": ["Welsh", "Wilkes"], "Wilkes": [], "Welsh": []}
NAMES = list(EDGES)
HERE = "+34.068930-118.445127"
TEXT_SERVER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "text_server.py")

arguments = None


def neighbors_of(name):
    return EDGES[name] + [other for other in NAMES if name in EDGES[other]]


def ask(server, line, source=None):
    """Everything that is said to one line, until the server closes."""
    where = (server.address, server.port)
    with socket.create_connection(where, PATIENCE_S, source and (source, 0)) as phone:
        phone.sendall(line.encode() + b"\n")
        phone.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: phone.recv(65536), b"")).decode()


def report(server, client, when):
    return ask(server, "IAMAT %s %s %s" % (client, HERE, when)).rstrip("\n")


def known(server, client):
    """The AT line that the server has of the client, or the whole refusal."""
    return ask(server, "WHATSAT %s 1 0" % client).split("\n")[0]


class TextProcess:
    def __init__(self, herd, name):
        self.address, self.port = herd.where(name)
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", sys.executable, "-B", TEXT_SERVER, name,
             self.address, str(self.port),
             *("%s=%s:%d" % (other, *herd.where(other)) for other in neighbors_of(name))])
        if not eventually(self._answers):
            raise RuntimeError("the text server %s does not start" % name)

    def _answers(self):
        try:
            return ask(self, "nonsense") == "? nonsense\n"
        except OSError:
            return False

    def stop(self):
        self.process.kill()
        self.process.wait(PATIENCE_S)
        return 0


class MixedHerd:
    """The five servers of the default herd, of which some are text servers: in the configuration
    those of `text`, in fact those of `old`. They have an address of their own, from which AT lines
    are believed; clients have another one."""

    def __init__(self, directory, text, old):
        self.text, self.old = set(text), set(old)
        self.servers = {}
        self.address = private_address(1)
        # Not of those that the kernel gives to whoever calls from this address, as old servers do.
        self._ports = {name: range(20000 + 4 * i, 20004 + 4 * i) for i, name in enumerate(NAMES)}
        self._config = os.path.join(directory, "herd.json")
        with open(self._config, "w", encoding="utf-8") as file:
            json.dump({"servers": [self._server(name) for name in NAMES]}, file)

    def _server(self, name):
        client, propagate, operator, metrics = self._ports[name]
        return {"name": name, "host": self.address, "text": name in self.text,
                "client_port": client, "propagate_port": propagate, "operator_port": operator,
                "metrics_port": metrics, "neighbors": EDGES[name]}

    def where(self, name):
        return self.address, self._ports[name][0]

    def start(self, name, *flags):
        address, port = self.where(name)
        if name in self.old:
            self.servers[name] = TextProcess(self, name)
        else:
            self.servers[name] = HerdProcess(
                arguments.server, name, self._config, address, port, self._ports[name][3],
                "--places-url", "http://%s:9" % address, *flags)
        return self.servers[name]

    def stop(self, name):
        return self.servers.pop(name).stop()

    def all_know(self, client, line):
        return eventually(lambda: all(known(server, client) == line
                                      for server in self.servers.values()))

    def table(self, client):
        return {name: known(server, client) for name, server in self.servers.items()}


class MixedTest(unittest.TestCase):
    text = ("Wilkes", "Welsh")
    old = text
    flags = ()

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="herd-mixed-")
        self.addCleanup(directory.cleanup)
        self.herd = MixedHerd(directory.name, self.text, self.old)
        self.addCleanup(self.stop_all)
        for name in NAMES:
            self.herd.start(name, *self.flags)
        for name in NAMES:
            self.await_links(name)

    def stop_all(self):
        for name in list(self.herd.servers):
            server = self.herd.servers[name]
            self.assertEqual(self.herd.stop(name), 0, getattr(server, "log", str)())

    def await_links(self, name):
        """Those of ours that this one of ours is to have, by text or not."""
        if name in self.herd.old:
            return
        server = self.herd.servers[name]
        for other in neighbors_of(name):
            up = 'herd_text_link_up{neighbor="%s"}' if other in self.herd.old else \
                'herd_link_up{neighbor="%s",direction="inbound"}'
            self.assertTrue(eventually(lambda: server.metric(up % other) == 1), server.log())

    def expect_known_to_all(self, client, line):
        self.assertTrue(self.herd.all_know(client, line), (line, self.herd.table(client)))


class AMixedHerd(MixedTest):
    def test_all_servers_know_what_any_of_them_is_told(self):
        for number, name in enumerate(NAMES):
            client = "client-of-" + name
            line = report(self.herd.servers[name], client, "15200239%02d.5" % number)
            self.assertRegex(line, "^AT %s [+-]\\S+ %s " % (name, client))
            self.expect_known_to_all(client, line)

    def test_the_newest_report_wins_wherever_it_is_made(self):
        for number in range(25):
            line = report(self.herd.servers[NAMES[number % 5]], "kiwi", "15200239%02d" % number)
            older = report(self.herd.servers[NAMES[(number + 2) % 5]], "kiwi", "1520023000")
            self.assertIn("1520023000", older)
        self.expect_known_to_all("kiwi", line)

    def test_a_text_server_that_comes_back_empty_is_told_all_there_is(self):
        lines = {}
        for number, name in enumerate(NAMES):
            client = "client-%d" % number
            lines[client] = report(self.herd.servers[name], client, "1520023934.5")
            self.expect_known_to_all(client, lines[client])
        self.herd.stop("Wilkes")
        lines["late"] = report(self.herd.servers["Goloman"], "late", "1520023935")
        self.herd.start("Wilkes")
        for client, line in lines.items():
            self.expect_known_to_all(client, line)

    def test_a_server_that_leaves_has_told_the_text_servers_what_it_was_told(self):
        lines = {}
        with socket.create_connection(self.herd.where("Holiday"), PATIENCE_S) as phone:
            phone.sendall(b"".join(b"IAMAT c%d %s 1520023934.5\n" % (i, HERE.encode())
                                   for i in range(2000)))
            replies = phone.makefile("r")
            for i in range(2000):
                lines["c%d" % i] = replies.readline().rstrip("\n")
        self.assertEqual(self.herd.stop("Holiday"), 0)
        for i in (0, 1000, 1999):
            self.expect_known_to_all("c%d" % i, lines["c%d" % i])

    def test_an_at_line_counts_from_a_text_neighbor_alone(self):
        holiday = self.herd.servers["Holiday"]
        line = "AT Welsh +0.263873386 kiwi %s 1520023934.5" % HERE
        self.assertEqual(ask(holiday, line), "? " + line + "\n")
        self.assertEqual(known(holiday, "kiwi"), "? WHATSAT kiwi 1 0")
        self.assertEqual(ask(holiday, line + " Welsh Wilkes", self.herd.address), "")
        for name in ("Goloman", "Hands", "Holiday", "Wilkes"):  # Welsh is to know itself.
            self.assertTrue(eventually(lambda: known(self.herd.servers[name], "kiwi") == line))
        self.assertGreater(holiday.metric('herd_commands_total{command="at"}'), 0)

    def test_what_a_text_neighbor_says_is_looked_at_as_what_a_client_says(self):
        holiday = self.herd.servers["Holiday"]
        good = "AT Welsh +0.2 kiwi %s 1520023934.5" % HERE
        for wrong in (good.replace("Welsh", "Nobody"), good.replace("+0.2", "soon"),
                      good.replace("+34", "34"), good.replace("-118", "-181"),
                      good.replace("15200", "-15200"), "AT Welsh +0.2 kiwi", "at " + good[3:],
                      good.replace("+0.2", "+99999999999999999999")):
            self.assertEqual(ask(holiday, wrong, self.herd.address), "? " + wrong + "\n")
        self.assertEqual(known(holiday, "kiwi"), "? WHATSAT kiwi 1 0")
        self.assertIn("do not believe the text neighbor", holiday.log())
        self.assertEqual(holiday.metric("herd_invalid_relays_total"), 8)

    def test_a_text_server_that_does_not_read_costs_nothing_but_its_own_news(self):
        goloman = self.herd.servers["Goloman"]
        self.herd.stop("Wilkes")
        lag = 'herd_text_link_lag_updates{neighbor="Wilkes"}'
        with socket.create_server(self.herd.where("Wilkes")) as wilkes:
            wilkes.settimeout(PATIENCE_S)
            links = [wilkes.accept()[0] for _ in neighbors_of("Wilkes")]
            line = self.report_until(lambda: goloman.metric(lag) > 0)
            self.assertEqual(goloman.metric("herd_client_pending_bytes"), 0)
            self.assertEqual(known(self.herd.servers["Hands"], line.split()[3]), line)
            # Now it reads, and hears from each the newest of each client at last.
            for link in links:
                with link, link.makefile("r") as lines:
                    while lines.readline().rstrip("\n") != line:
                        pass
            self.assertTrue(eventually(lambda: goloman.metric(lag) == 0))

    def report_until(self, condition):
        """Reports of 500 clients over and over. Returns the reply to the last one."""
        padding = "x" * 1000
        when = 1520023934
        deadline = time.monotonic() + PATIENCE_S
        with socket.create_connection(self.herd.where("Goloman"), PATIENCE_S) as phone:
            replies = phone.makefile("r")
            while not condition():
                self.assertLess(time.monotonic(), deadline)
                when += 1
                phone.sendall(b"".join(b"IAMAT %s%d %s %d\n" % (padding.encode(), i, HERE.encode(),
                                                                when) for i in range(500)))
                for _ in range(500):
                    line = replies.readline().rstrip("\n")
        return line


class AMixedHerdWithLimits(MixedTest):
    flags = ("--max-clients", "1", "--idle-seconds", "1")

    def test_a_text_server_may_be_silent_for_longer_than_a_client(self):
        where = self.herd.where("Holiday")
        line = "AT Welsh +0.200000000 kiwi %s 152002393%d\n"
        with socket.create_connection(where, PATIENCE_S, (self.herd.address, 0)) as welsh, \
                socket.create_connection(where, PATIENCE_S) as phone:
            welsh.sendall((line % (HERE, 4)).encode())
            phone.sendall(b"nonsense\n")
            self.assertEqual(phone.recv(100), b"? nonsense\n")
            self.assertEqual(phone.recv(100), b"")
            welsh.sendall((line % (HERE, 5)).encode())
            self.assertTrue(eventually(
                lambda: known(self.herd.servers["Holiday"], "kiwi") == line.rstrip() % (HERE, 5)))

    def test_a_new_client_of_a_text_server_is_refused_as_any(self):
        holiday = self.herd.servers["Holiday"]
        first = report(self.herd.servers["Welsh"], "first", "1520023934.5")
        self.assertTrue(eventually(lambda: known(holiday, "first") == first))
        report(self.herd.servers["Welsh"], "second", "1520023934.5")
        self.assertTrue(eventually(
            lambda: holiday.metric('herd_commands_total{command="refused_at"}') > 0))
        moved = report(self.herd.servers["Welsh"], "first", "1520023935.5")
        self.assertTrue(eventually(lambda: known(holiday, "first") == moved))
        self.assertEqual(known(holiday, "second"), "? WHATSAT second 1 0")


class AHerdThatIsReplaced(MixedTest):
    """Five text servers become five of ours, one at a time, with one configuration."""
    text = old = tuple(NAMES)

    def replace(self, name):
        self.assertEqual(self.herd.stop(name), 0)
        self.herd.old ^= {name}
        self.herd.start(name)

    def test_what_is_reported_since_the_first_of_ours_is_known_in_the_end(self):
        lines = {}
        for step, name in enumerate(NAMES):
            self.replace(name)
            # While that one knows its neighbors, and before.
            self.report_everywhere("during", step, lines)
            self.await_links(name)
            self.report_everywhere("after", step, lines)
        for name in NAMES:
            self.await_links(name)
            server = self.herd.servers[name]
            for other in neighbors_of(name):
                up = 'herd_text_link_up{neighbor="%s"}' % other
                self.assertTrue(eventually(lambda: server.metric(up) == 0), server.log())
        for client, line in lines.items():
            self.expect_known_to_all(client, line)

    def report_everywhere(self, when, step, lines):
        for name in NAMES:
            client = "%s-%s-%d" % (name, when, step)
            lines[client] = report(self.herd.servers[name], client, "1520023934.5")
        for name in NAMES if when == "after" else ():
            self.expect_known_to_all("%s-%s-%d" % (name, when, step),
                                     lines["%s-%s-%d" % (name, when, step)])

    def test_a_server_may_be_the_old_one_again(self):
        for name in ("Goloman", "Hands", "Wilkes"):
            self.replace(name)
        for name in ("Goloman", "Hands", "Wilkes"):
            self.await_links(name)
        line = report(self.herd.servers["Wilkes"], "kiwi", "1520023934.5")
        self.expect_known_to_all("kiwi", line)
        self.replace("Wilkes")
        self.await_links("Goloman")
        self.expect_known_to_all("kiwi", line)


class TheConfiguration(unittest.TestCase):
    def start(self, server, wilkes, *flags):
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as config:
            json.dump({"servers": [
                {"name": "Goloman", "client_port": 1, "propagate_port": 2, "operator_port": 3,
                 "neighbors": ["Wilkes"]},
                {"name": "Wilkes", "client_port": 4, "text": True, **wilkes}]}, config)
            config.flush()
            said = subprocess.run([arguments.server, server, "--config", config.name, *flags],
                                  text=True, timeout=PATIENCE_S, capture_output=True, check=False)
        self.assertNotEqual(said.returncode, 0)
        return said.stderr

    def test_who_speaks_text_alone_is_another_program(self):
        self.assertIn("Wilkes speaks text alone in the configuration", self.start("Wilkes", {}))

    def test_a_name_is_no_address(self):
        self.assertIn("has to be an IP address", self.start("Goloman", {"host": "wilkes.example"}))

    def test_it_speaks_no_tls(self):
        with tempfile.TemporaryDirectory() as directory:
            subprocess.run([arguments.make_certificates, directory, "Goloman"], check=True)
            said = self.start("Goloman", {}, "--client-tls", "--client-tls-certificate",
                              os.path.join(directory, "Goloman.pem"), "--client-tls-key",
                              os.path.join(directory, "Goloman.key"))
        self.assertIn("the text neighbor Wilkes speaks no TLS", said)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--make-certificates", required=True)
    global arguments
    arguments, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest)


if __name__ == "__main__":
    main()
