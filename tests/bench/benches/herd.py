"""The whole herd of five: what an update costs until all five have it, on the machine's cores together
with the generator.

The reports go to all five servers in turn; a run lasts until all five have converged."""

import json
import time

import loads
import systems
from figures import select, short, spread, with_range
from processes import BenchError, run as run_program

EDGES = {
    "Goloman": ["Hands", "Holiday", "Wilkes"],
    "Hands": ["Goloman", "Wilkes"],
    "Holiday": ["Goloman", "Welsh", "Wilkes"],
    "Wilkes": ["Goloman", "Hands", "Holiday"],
    "Welsh": ["Holiday"],
}
CLIENTS = 100_000
DEPTHS = (1, 16)
RATE_BARS = {1: 80_000, 16: 250_000}
CPU_BAR = 5  # seconds of all five for a million updates, at depth 16
CONVERGED_SECONDS = 60
ANY_CORE = None


class Herd:
    """Five running servers of ours."""

    def __init__(self, session, stage, flags=(), edges=None):
        self.session = session
        self.path, self.config = systems.herd_file(stage, edges or EDGES)
        self.stage = stage
        self.flags = flags
        self.servers = [self.start(each) for each in self.config["servers"]]
        self.client("status", "--wait", 30)

    def start(self, server):
        return systems.start_herd_server(self.stage, self.path, server, ANY_CORE, self.flags)

    def client(self, *words):
        return run_program(
            [self.session.program("herd-client"), "--config", self.path, *words], 60)

    def status(self):
        return json.loads(self.client("status", "--json"))

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


def run(session):
    with session.stage() as stage:
        herd = Herd(session, stage)
        loads.reports(session, herd.servers, depth=16, clients=session.scaled(CLIENTS),
                      requests=session.scaled(CLIENTS), sequential=True, core=ANY_CORE)
        herd.await_converged()
        runs = [one(session, herd, depth, number)
                for number in range(session.rounds) for depth in DEPTHS]
    show(session, runs)
    judge(session, runs)


def one(session, herd, depth, number):
    session.report.progress(f"five servers, depth {depth}, round {number}")
    return session.measure(herd.servers, lambda: load_until_converged(session, herd, depth),
                           system="herd-server x 5", depth=depth, clients=session.scaled(CLIENTS),
                           round=number)


def load_until_converged(session, herd, depth):
    figures = loads.reports(session, herd.servers, depth=depth, clients=session.scaled(CLIENTS),
                            seconds=session.seconds, core=ANY_CORE)
    settling = herd.await_converged()
    return {**figures, "settling_s": settling,
            "rate": figures["requests"] / (figures["seconds"] + settling)}


def show(session, runs):
    rows = []
    for depth in DEPTHS:
        own = select(runs, depth=depth)
        rows.append([f"depth {depth}", short(spread(own, "rate").median),
                     with_range(spread(own, "cpu_us")), with_range(spread(own, "p50_us")),
                     with_range(spread(own, "p99_us")), with_range(spread(own, "settling_s"))])
    session.report.table(
        "Five servers, 50 connections over all of them; CPU of all five for an update",
        ["five servers", "updates/s", "CPU us", "batch p50 us", "p99 us", "settling s"], rows)


def judge(session, runs):
    for depth, limit in RATE_BARS.items():
        session.bar(f"herd: updates/s until all five have converged, depth {depth}",
                    spread(select(runs, depth=depth), "rate"), at_least=limit)
    session.bar("herd: CPU seconds of all five for a million updates at depth 16",
                spread(select(runs, depth=16), "cpu_us"), at_most=CPU_BAR)
