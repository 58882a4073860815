"""Whole herds on this machine: ours, and the study's on asyncio."""

import json
import socket
import sys
import time

import systems
from processes import BenchError, free_ports, run

EDGES = {
    "Goloman": ["Hands", "Holiday", "Wilkes"],
    "Hands": ["Goloman", "Wilkes"],
    "Holiday": ["Goloman", "Welsh", "Wilkes"],
    "Wilkes": ["Goloman", "Hands", "Holiday"],
    "Welsh": ["Holiday"],
}
CONVERGED_SECONDS = 60
MARK_SECONDS = 1  # A mark made before a link was up is not flooded over it, so others are made.
ANY_CORE = None


class Herd:
    """Running servers of ours, and what links them: name to neighbors."""

    def __init__(self, session, stage, edges, flags=(), name="herd-server"):
        self.session = session
        self.name = name
        self.path, self.config = systems.herd_file(stage, edges)
        self.stage = stage
        self.flags = flags
        self.servers = [self.start(each) for each in self.config["servers"]]
        self.client("status", "--wait", 30)

    def start(self, server):
        return systems.start_herd_server(self.stage, self.path, server, ANY_CORE, self.flags)

    def client(self, *words, accepted=(0,)):
        return run([self.session.program("herd-client"), "--config", self.path, *words], 60,
                   accepted=accepted)

    def status(self):
        """What is up tells about itself; 1 is the exit status when something is not."""
        return json.loads(self.client("status", "--json", accepted=(0, 1)))

    def vector_of(self, name):
        """What the server has: origin to how far. Nothing when it does not answer."""
        for server in self.status()["servers"]:
            if server["server"] == name and server["up"]:
                return {(entry["server"], entry["start_ns"]): entry["through"]
                        for entry in server["vector"]}
        return {}

    def vector_beside(self, name):
        """What one of the others has."""
        other = next(each["name"] for each in self.config["servers"] if each["name"] != name)
        return self.vector_of(other)

    def await_converged(self):
        """How long it took, from now on."""
        started = time.monotonic()
        while True:
            status = self.status()
            elapsed = time.monotonic() - started
            if status["converged"] and all(each["up"] for each in status["servers"]):
                return elapsed
            if elapsed > CONVERGED_SECONDS:
                raise BenchError(f"the herd did not converge within {CONVERGED_SECONDS} seconds")


class OurHerd(Herd):
    """Five, linked as in the built-in herd."""

    def __init__(self, session, stage, flags=(), name="herd-server x 5"):
        super().__init__(session, stage, EDGES, flags, name)


class AsyncioHerd:
    """The same five, of study/asyncio_herd.py."""

    name = "asyncio herd x 5"

    def __init__(self, stage):
        ports = dict(zip(EDGES, free_ports(len(EDGES))))
        peers = [f"{name}={ports[name]}:{','.join(EDGES[name])}" for name in EDGES]
        self.servers = [self.start(stage, name, peers) for name in EDGES]
        self.marks = 0
        self.await_converged()

    @staticmethod
    def start(stage, name, peers):
        process = stage.process([sys.executable, "-B", systems.study_file("asyncio_herd.py"), name,
                                 "--peers", *peers])
        return systems.Server(name, "iamat", process.listening_port(), process)

    def await_converged(self):
        """How long it took, from now on. A report made now at each server comes after all that were
        made there before, on every link; so when all have these, they have everything."""
        started = time.monotonic()
        while True:
            again = time.monotonic() + MARK_SECONDS
            marks = self.make_marks()
            while time.monotonic() < again:
                if self.have_all(marks):
                    return time.monotonic() - started
                time.sleep(0.005)
            if time.monotonic() - started > CONVERGED_SECONDS:
                raise BenchError("the asyncio herd did not converge within "
                                 f"{CONVERGED_SECONDS} seconds")

    def make_marks(self):
        self.marks += 1
        marks = [b"mark-%b-%d" % (each.name.encode(), self.marks) for each in self.servers]
        for server, mark in zip(self.servers, marks):
            say(server, b"IAMAT %b +0+0 %.6f\n" % (mark, time.time()))
        return marks

    def have_all(self, marks):
        return not any(say(server, b"WHATSAT %b 1 1\n" % mark).startswith(b"?")
                       for server in self.servers for mark in marks)


def say(server, line):
    with socket.create_connection(("127.0.0.1", server.port), timeout=CONVERGED_SECONDS) as peer:
        peer.sendall(line)
        return peer.recv(4096)
