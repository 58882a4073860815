"""Phones that report without a pause to a herd whose servers come and go, and a ledger of what was
acknowledged.

Each report is of a client of its own, so that each acknowledged one can be asked for at the end.
"""

import collections
import random
import re
import socket
import threading
import time

TICK_SECONDS = 0.02
TIMEOUT_SECONDS = 10
ANSWER = re.compile(rb"^AT \S+ \S+ (\S+) ", re.MULTILINE)
QUESTIONS_AT_A_TIME = 500


class Writer(threading.Thread):
    """One connection, to a server that says it is ready, and to another one when it ends.

    `pods` gives the pods of the moment. A pod that refuses or ends the connection though it then
    still says it is ready, is noted in `wrongs`.
    """

    def __init__(self, number, per_second, pods):
        super().__init__()
        self.name = f"writer-{number}"
        self.per_second = per_second
        self.pods = pods
        self.acknowledged = []
        self.wrongs = []
        self.connections = collections.Counter()
        self.reports = 0
        self.pending = collections.deque()
        self.ended = threading.Event()
        self.finishing = threading.Event()
        self.random = random.Random(number)

    def finish(self):
        """No more reports; returns when those under way are answered, or their server is gone."""
        self.finishing.set()
        self.join()

    def run(self):
        while not self.finishing.is_set():
            pod = self.random.choice(self.pods())
            if not pod.passes("readinessProbe"):
                continue
            try:
                connection = socket.create_connection((pod.address, pod.port("clients")),
                                                      TIMEOUT_SECONDS)
            except OSError as error:
                self.blame(pod, f"refused a connection: {error}")
                continue
            self.connections[pod.name] += 1
            with connection:
                self.converse(pod, connection)
            self.pending.clear()

    def blame(self, pod, what):
        if pod.passes("readinessProbe"):
            self.wrongs.append(f"{pod.name}, which says that it is ready, {what}")

    def converse(self, pod, connection):
        connection.settimeout(TICK_SECONDS)
        began, sent, rest = time.monotonic(), 0, b""
        last_answer = began
        while self.pending or not self.finishing.is_set():
            due = 0 if self.finishing.is_set() else \
                int((time.monotonic() - began) * self.per_second) - sent
            sent += due
            try:
                if due > 0:
                    connection.sendall(b"".join(self.report() for _ in range(due)))
                answer = connection.recv(1 << 16)
            except TimeoutError:
                if self.pending and time.monotonic() - last_answer > TIMEOUT_SECONDS:
                    self.wrongs.append(f"{pod.name} has not answered for {TIMEOUT_SECONDS} s")
                    return
                continue
            except OSError as error:
                self.blame(pod, f"ended the connection: {error}")
                return
            if not answer:
                self.blame(pod, "ended the connection")
                return
            last_answer = time.monotonic()
            rest = self.take(rest + answer)

    def report(self):
        self.reports += 1
        client = f"{self.name}-{self.reports}".encode()
        self.pending.append(client)
        return b"IAMAT %s +34.068930-118.445127 1520023934.918963997\n" % client

    def take(self, text):
        whole, _, rest = text.rpartition(b"\n")
        for client in ANSWER.findall(whole):
            expected = self.pending.popleft()
            if client != expected:
                self.wrongs.append(f"answered {client}, not {expected}")
            self.acknowledged.append(client)
        return rest


class Writers:
    def __init__(self, count, per_second, pods):
        self.writers = [Writer(number, per_second / count, pods) for number in range(count)]
        self.began = time.monotonic()
        for writer in self.writers:
            writer.start()

    def finish(self):
        for writer in self.writers:
            writer.finishing.set()
        for writer in self.writers:
            writer.finish()
        self.seconds = time.monotonic() - self.began

    @property
    def acknowledged(self):
        return [client for writer in self.writers for client in writer.acknowledged]

    @property
    def wrongs(self):
        return [wrong for writer in self.writers for wrong in writer.wrongs]

    @property
    def reports(self):
        return sum(writer.reports for writer in self.writers)

    @property
    def connections(self):
        return sum(sum(writer.connections.values()) for writer in self.writers)


def unknown(address, clients):
    """Which of these clients the server there does not know."""
    known = set()
    with socket.create_connection(address, TIMEOUT_SECONDS) as connection:
        answers = connection.makefile("rb")
        for begin in range(0, len(clients), QUESTIONS_AT_A_TIME):
            asked = clients[begin:begin + QUESTIONS_AT_A_TIME]
            connection.sendall(b"".join(b"WHATSAT %s 1 0\n" % client for client in asked))
            for _ in asked:
                line = answers.readline()
                if line.startswith(b"AT "):
                    known.add(line.split()[3])
                    # The JSON, and the empty line behind it.
                    while answers.readline() not in (b"\n", b""):
                        pass
    return [client for client in clients if client not in known]
