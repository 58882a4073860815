#!/usr/bin/env python3
"""Tests that the study's servers do their job: who is measured must do the same work.

usage: rivals_test.py PROGRAMS [unittest's arguments]
"""

import importlib.util
import re
import socket
import sys
import unittest

import systems
from herds import EDGES, AsyncioHerd, say
from processes import BenchError

PROGRAMS = ""  # the folder with ours, from the command line
REPORT = b"IAMAT kiwi.cs.ucla.edu +34.068930-118.445127 1520023934.918963997\n"
REPLY = rb"AT Goloman \+\d+\.\d{9} kiwi\.cs\.ucla\.edu \+34\.068930-118\.445127 " \
        rb"1520023934\.918963997\n"


def converse(port, text):
    """All that comes back when the client half-closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(1 << 16):
            answer += piece
        return answer


class Rivals(unittest.TestCase):
    def start(self, system):
        missing = system.missing()
        if missing:
            self.skipTest(f"{missing} is not installed")
        stage = systems.Stage(PROGRAMS)
        self.addCleanup(stage.close)
        return system.start(stage, None)

    def check(self, system):
        port = self.start(system).port
        self.assertRegex(converse(port, REPORT), b"^%b$" % REPLY)
        self.assertRegex(converse(port, REPORT * 200), b"^(%b){200}$" % REPLY)
        self.check_half_lines(port)
        for line in [b"IAMAT a +34.0-118.0", b"IAMAT a 34.0-118.0 1.5", b"IAMAT a +34.0-118.0 soon",
                     b"IAMAT a +34.0-118.0x 1.5", b"iamat a +34.0-118.0 1.5", b"hello  there",
                     b"IAMAT a +34.0-118.0 1.5 6", b"IAMAT \xff\xfe"]:
            self.assertEqual(converse(port, line + b"\n"), b"? %b\n" % line)
        self.assertRegex(converse(port, b"\n \nIAMAT \xff\xa0 +1-2 1\r\n"),
                         rb"^AT Goloman \+\d+\.\d{9} \xff\xa0 \+1-2 1\n$")

    def check_half_lines(self, port):
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(REPORT[:20])
            self.assertRegex(converse(port, REPORT), REPLY)  # The other waits meanwhile.
            connection.sendall(REPORT[20:])
            self.assertRegex(connection.recv(1 << 16), b"^%b$" % REPLY)

    def test_asyncio_streams(self):
        self.check(systems.STREAMS)

    def test_asyncio_protocol(self):
        self.check(systems.PROTOCOL)

    def test_node(self):
        self.check(systems.NODE)

    def test_java(self):
        self.check(systems.JAVA)

    def test_central_server(self):
        if importlib.util.find_spec("asyncpg") is None:
            self.skipTest("asyncpg is not installed for this Python")
        server = self.start(systems.CENTRAL)
        self.assertRegex(converse(server.port, REPORT * 3), b"^(%b){3}$" % REPLY)
        self.assertEqual(converse(server.port, b"hello\n"), b"? hello\n")
        self.assertGreater(server.stored_bytes(), 0)

    def test_ours_is_held_to_the_same(self):
        self.check(systems.ours())

    def test_the_asyncio_herd_tells_each_server_what_any_was_told(self):
        with systems.Stage(PROGRAMS) as stage:
            herd = AsyncioHerd(stage)
            replies = [say(server, b"IAMAT at-%b +1-2 5.5\n" % server.name.encode())
                       for server in herd.servers]
            herd.await_converged()
            for server in herd.servers:
                for name, reply in zip(EDGES, replies):
                    self.assertRegex(reply, rb"^AT %b \+\d+\.\d{9} at-" % name.encode())
                    self.assertEqual(say(server, b"WHATSAT at-%b 1 1\n" % name.encode()), reply)

    def test_the_asyncio_herd_keeps_the_newest(self):
        with systems.Stage(PROGRAMS) as stage:
            herd = AsyncioHerd(stage)
            newest = say(herd.servers[0], b"IAMAT a +1-2 7\n")
            herd.await_converged()
            self.assertIsNotNone(re.match(rb"AT Welsh", say(herd.servers[4], b"IAMAT a +3-4 6\n")))
            herd.await_converged()
            for server in herd.servers:
                self.assertEqual(say(server, b"WHATSAT a 1 1\n"), newest)


class Missing(unittest.TestCase):
    def test_what_is_not_installed_is_named(self):
        self.assertEqual(systems.System("x", None, ["sh", "herd-nonesuch"]).missing(),
                         "herd-nonesuch")
        self.assertIsNone(systems.System("x", None, ["sh"]).missing())

    def test_a_program_of_ours_that_is_not_built_is_named(self):
        with systems.Stage("/nonesuch") as stage:
            with self.assertRaisesRegex(BenchError, "/nonesuch/herd-server cannot be started"):
                systems.ours().start(stage, None)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAMS = sys.argv.pop(1)
    unittest.main()
