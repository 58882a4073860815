"""Clients that speak TLS to a server of a herd (--client-tls), and such that do not."""

import argparse
import contextlib
import json
import os
import re
import resource
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
import warnings

from herd_process import HerdProcess
from loopback import PATIENCE_S, eventually, free_ports, private_address

NAME = "phones.example.org"
HERE = "+34.068930-118.445127"
TIME = "1520023934.918963997"

arguments = None


def make_certificates(directory, *names):
    subprocess.run([arguments.make_certificates, directory, *names], check=True)


def iamat(client_id, time=TIME):
    return "IAMAT %s %s %s\n" % (client_id, HERE, time)


class Server(HerdProcess):
    """Goloman alone, whose clients are shown the certificate in `directory`."""

    def __init__(self, directory, *flags):
        address = private_address()
        port, propagate, operator, metrics, no_places = free_ports(5, address)
        config = os.path.join(directory, "herd.json")
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"servers": [{
                "name": "Goloman", "host": address, "client_port": port,
                "propagate_port": propagate, "operator_port": operator,
                "metrics_port": metrics, "neighbors": []}]}, file)
        super().__init__(
            arguments.server, "Goloman", config, address, port, metrics,
            "--places-url", "http://%s:%d" % (address, no_places),
            "--client-tls", "--client-tls-certificate", os.path.join(directory, NAME + ".pem"),
            "--client-tls-key", os.path.join(directory, NAME + ".key"), *flags)

    def closed(self, reason):
        return self.metric('herd_closed_connections_total{reason="%s"}' % reason)


class Phone:
    """A client that knows the authority and the name."""

    def __init__(self, server, context, name=NAME):
        plain = socket.create_connection((server.address, server.port), timeout=PATIENCE_S)
        self.tls = context.wrap_socket(plain, server_hostname=name)
        self._lines = self.tls.makefile("r", encoding="ascii", newline="\n")

    def ask(self, line):
        self.tls.sendall(line.encode())
        return self.read_line()

    def read_line(self):
        return self._lines.readline()

    def cut(self):
        """Ends what it says as one does that breaks down: without a word of TLS."""
        with socket.socket(fileno=os.dup(self.tls.fileno())) as plain:
            plain.shutdown(socket.SHUT_WR)

    def close(self):
        self._lines.close()
        self.tls.close()


class TlsTest(unittest.TestCase):
    flags = ()

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory(prefix="herd-client-tls-")
        self.addCleanup(self.directory.cleanup)
        make_certificates(self.directory.name, NAME)
        self.context = ssl.create_default_context(
            cafile=os.path.join(self.directory.name, "ca.pem"))
        self.server = Server(self.directory.name, *self.flags)
        self.addCleanup(lambda: self.assertEqual(self.server.stop(), 0, self.server.log()))

    def phone(self, context=None, **how):
        phone = Phone(self.server, context or self.context, **how)
        self.addCleanup(phone.close)
        return phone

    def plain(self):
        plain = socket.create_connection((self.server.address, self.server.port),
                                         timeout=PATIENCE_S)
        self.addCleanup(plain.close)
        return plain

    def expect_served(self, phone, client_id="kiwi"):
        self.assertRegex(phone.ask(iamat(client_id)),
                         r"^AT Goloman \+\S+ %s %s %s\n$" % (client_id, re.escape(HERE), TIME))


class ClientTls(TlsTest):
    def test_a_phone_reports_and_asks(self):
        phone = self.phone()
        self.assertEqual(phone.tls.version(), "TLSv1.3")
        self.expect_served(phone)
        self.assertEqual(phone.ask("WHATSAT plum 10 5\n"), "? WHATSAT plum 10 5\n")
        self.assertIn("clients (TLS) on", self.server.log())

    def test_tls_1_2_will_do(self):
        self.context.maximum_version = ssl.TLSVersion.TLSv1_2
        phone = self.phone()
        self.assertEqual(phone.tls.version(), "TLSv1.2")
        self.expect_served(phone)

    def test_less_will_not(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self.context.minimum_version = ssl.TLSVersion.TLSv1
            self.context.maximum_version = ssl.TLSVersion.TLSv1_1
        self.context.set_ciphers("ALL:@SECLEVEL=0")
        with self.assertRaises(ssl.SSLError):
            self.phone()
        self.assertTrue(eventually(lambda: self.server.closed("failed_handshake") == 1))

    def test_who_asks_for_another_name_does_not_trust_it(self):
        with self.assertRaisesRegex(ssl.SSLCertVerificationError, "Hostname mismatch"):
            self.phone(name="other.example.org")
        self.assertTrue(eventually(lambda: self.server.closed("failed_handshake") == 1))

    def test_who_speaks_without_tls_is_closed_and_told_of(self):
        plain = self.plain()
        plain.sendall(iamat("kiwi").encode())
        with contextlib.suppress(ConnectionResetError):
            while plain.recv(4096):  # an alert, if it is quick enough
                pass
        self.assertTrue(eventually(lambda: self.server.closed("failed_handshake") == 1))
        self.assertTrue(eventually(lambda: "it speaks without TLS" in self.server.log()))
        self.assertEqual(self.server.metric("herd_clients"), 0)

    def test_who_only_looks_whether_the_port_is_open_has_not_failed(self):
        self.plain().close()
        self.expect_served(self.phone())
        self.assertTrue(eventually(lambda: self.server.metric("herd_connections") == 1))
        self.assertEqual(self.server.closed("failed_handshake"), 0)

    def test_a_line_may_come_a_byte_a_record(self):
        phone = self.phone()
        for byte in iamat("kiwi"):
            phone.tls.sendall(byte.encode())
        self.assertIn(" kiwi ", phone.read_line())

    def test_who_does_not_read_for_long_gets_every_reply_in_order(self):
        count = 50_000
        phone = self.phone()
        everything = "".join(iamat("phone-%d" % i) for i in range(count)).encode()
        sender = threading.Thread(target=phone.tls.sendall, args=(everything,))
        sender.start()
        # Until then nothing is read, and the server keeps what it cannot send.
        self.assertTrue(eventually(lambda: self.server.metric("herd_client_pending_bytes") > 0))
        for i in range(count):
            self.assertEqual(phone.read_line().split()[3], "phone-%d" % i)
        sender.join()
        self.assertEqual(self.server.metric("herd_clients"), count)

    def test_a_line_that_is_too_long_is_refused(self):
        phone = self.phone()
        phone.tls.sendall(b"x" * 20_000)
        self.assertEqual(phone.read_line()[:5], "? xxx")
        self.assertEqual(phone.read_line(), "")

    def test_half_a_line_before_a_cut_is_no_command(self):
        phone = self.phone()
        phone.tls.sendall((iamat("kiwi") + iamat("plum")[:-5]).encode())
        phone.cut()
        self.assertIn(" kiwi ", phone.read_line())
        self.assertEqual(phone.read_line(), "")
        self.assertEqual(self.server.metric("herd_clients"), 1)

    def test_a_new_certificate_is_shown_to_those_who_come_then(self):
        early = self.phone()
        first = early.tls.getpeercert(binary_form=True)
        make_certificates(self.directory.name, NAME)

        def shown():
            phone = Phone(self.server, self.context)
            try:
                self.expect_served(phone)
                return phone.tls.getpeercert(binary_form=True)
            finally:
                phone.close()

        self.assertTrue(eventually(lambda: shown() != first))
        second = shown()
        self.expect_served(early)
        with open(os.path.join(self.directory.name, NAME + ".key"), "w", encoding="ascii") as key:
            key.write("no key\n")
        self.assertTrue(eventually(
            lambda: "the new certificate is not used, and the one before still is" in
            self.server.log()))
        self.assertEqual(shown(), second)
        self.expect_served(early)

    def test_handshakes_that_break_off_leave_nothing_behind(self):
        self.expect_served(self.phone())
        before = self.server.descriptors()
        hello = ssl.MemoryBIO()
        with self.assertRaises(ssl.SSLWantReadError):
            self.context.wrap_bio(ssl.MemoryBIO(), hello, server_hostname=NAME).do_handshake()
        hello = hello.read()
        for i in range(1000):
            with socket.create_connection((self.server.address, self.server.port)) as plain:
                plain.sendall(hello[:i * len(hello) // 999])
        self.assertTrue(eventually(lambda: self.server.descriptors() == before))
        self.expect_served(self.phone())


class AHandshakeThatIsNotFinished(TlsTest):
    flags = ("--line-seconds", "1")

    def test_is_given_up(self):
        self.assertEqual(self.plain().recv(1), b"")
        self.assertEqual(self.server.closed("unfinished_handshake"), 1)
        self.assertTrue(eventually(
            lambda: "it has not finished the TLS handshake within 1 s" in self.server.log()))


class ManyHandshakes(TlsTest):
    MOST = 1024  # that have only begun

    def test_the_oldest_that_have_only_begun_make_way(self):
        # The head of a ClientHello that is to be as long as one may be.
        begun = b"\x16\x03\x01\x40\x00\x01\x02\x01\x40\x03\x03"
        strangers = []
        for _ in range(self.MOST + 50):
            stranger = self.plain()
            stranger.sendall(begun)
            strangers.append(stranger)
        self.assertTrue(eventually(lambda: self.server.closed("unfinished_handshake") == 50))
        self.assertEqual(strangers[0].recv(1), b"")
        self.expect_served(self.phone())
        self.assertEqual(self.server.closed("unfinished_handshake"), 51)


class TheFlags(unittest.TestCase):
    def refused(self, *flags):
        return subprocess.run([arguments.server, "Goloman", *flags], text=True, timeout=PATIENCE_S,
                              capture_output=True, check=False)

    def test_without_any_certificate_there_is_none_to_show(self):
        said = self.refused("--client-tls")
        self.assertNotEqual(said.returncode, 0)
        self.assertIn("needs --client-tls-certificate, or --tls-certificate", said.stderr)

    def test_a_certificate_without_its_key_is_none(self):
        said = self.refused("--client-tls", "--client-tls-certificate", "x")
        self.assertNotEqual(said.returncode, 0)
        self.assertIn("--client-tls-key", said.stderr)


def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--make-certificates", required=True)
    global arguments
    arguments, rest = parser.parse_known_args()
    unittest.main(argv=sys.argv[:1] + rest)


if __name__ == "__main__":
    main()
