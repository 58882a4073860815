#!/usr/bin/env python3
"""Tests of how the bench starts and ends what it measures, and of what it reads about it."""

import os
import socket
import sys
import time
import unittest

import machine
from processes import BenchError, Process, accepts, free_ports, run


def python(code, **options):
    return Process([sys.executable, "-c", code], **options)


class Processes(unittest.TestCase):
    def start(self, code, **options):
        process = python(code, **options)
        self.addCleanup(process.close)
        return process

    def test_tell_where_they_listen(self):
        process = self.start("import time; print('listening on 127.0.0.1:4711', flush=True);"
                             "time.sleep(60)")
        self.assertEqual(process.listening_port(), 4711)

    def test_that_say_something_else_are_an_error_with_their_words(self):
        process = self.start("import sys; print('no port', file=sys.stderr); print('hello')")
        with self.assertRaisesRegex(BenchError, '(?s)said "hello".*no port'):
            process.listening_port()

    def test_that_end_before_they_listen_are_an_error_with_their_words(self):
        [port] = free_ports(1)
        process = self.start("import sys; sys.exit('bad flag')")
        with self.assertRaisesRegex(BenchError, f"(?s)ended with 1.*{port}.*bad flag"):
            process.await_port(port)

    def test_that_do_not_exist_are_named(self):
        with self.assertRaisesRegex(BenchError, "herd-nonesuch cannot be started"):
            Process(["herd-nonesuch"])
        with self.assertRaisesRegex(BenchError, "herd-nonesuch cannot be started"):
            run(["herd-nonesuch"], 5)

    def test_run_on_the_core_they_are_given(self):
        core = machine.cores()[0]
        process = self.start("import os; print('listening on 127.0.0.1:%d' %"
                             "(1000 * len(os.sched_getaffinity(0)) + min(os.sched_getaffinity(0))),"
                             "flush=True); import time; time.sleep(60)", core=core)
        self.assertEqual(process.listening_port(), 1000 + core)

    def test_are_gone_when_stopped(self):
        process = python("import time; time.sleep(60)")
        process.close()
        self.assertIsNotNone(process.child.returncode)

    def test_are_charged_for_the_cpu_of_their_children(self):
        process = self.start(
            "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c',"
            "'import time\\nwhile time.process_time() < 30: pass']);"
            "print('listening on 127.0.0.1:1', flush=True); time.sleep(60)")
        process.listening_port()
        children = machine.process_tree(process.pid)[1:]
        deadline = time.monotonic() + 30
        while process.cpu_seconds() < 0.3 and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(len(children), 1)
        os.kill(children[0], 9)
        self.assertLess(time.monotonic(), deadline)

    def test_that_fail_or_hang_when_run_are_an_error(self):
        with self.assertRaisesRegex(BenchError, "failed: oh no"):
            run([sys.executable, "-c", "import sys; sys.exit('oh no')"], 30)
        with self.assertRaisesRegex(BenchError, "did not end within 0 seconds"):
            run([sys.executable, "-c", "import time; time.sleep(60)"], 0.1)


class Ports(unittest.TestCase):
    def test_are_free_and_all_different(self):
        ports = free_ports(20)
        self.assertEqual(len(set(ports)), 20)
        for port in ports:
            with socket.socket() as own:
                own.bind(("127.0.0.1", port))

    def test_accept_when_somebody_listens(self):
        with socket.socket() as own:
            own.bind(("127.0.0.1", 0))
            self.assertFalse(accepts(own.getsockname()[1]))
            own.listen()
            self.assertTrue(accepts(own.getsockname()[1]))


class Machine(unittest.TestCase):
    def test_knows_itself(self):
        described = machine.description()
        self.assertGreaterEqual(described["cores"], 1)
        self.assertTrue(all(described.values()), described)

    def test_says_of_a_process_what_it_uses(self):
        own = os.getpid()
        self.assertGreater(machine.cpu_seconds([own]), 0)
        self.assertGreater(machine.resident_bytes(own), 1 << 20)
        self.assertEqual(machine.cpu_seconds([]), 0)

    def test_has_no_first_line_of_a_command_that_is_not_here(self):
        self.assertIsNone(machine.first_line(["herd-nonesuch"]))
        self.assertEqual(machine.first_line(["echo", "here"]), "here")


if __name__ == "__main__":
    unittest.main()
