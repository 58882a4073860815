"""A server that comes back empty: how long it takes to have a million clients again, and what the
clients of its neighbors notice."""

import threading
import time

import loads
from figures import ratio, select, spread, with_range
from herds import ANY_CORE, OurHerd
from processes import BenchError

CLIENTS = 1_000_000
VICTIM = "Wilkes"  # of three neighbors
RATE = 10_000  # of the neighbors' clients, a second
SECONDS_BAR = 2
P99_BAR = 3
PATIENCE = 60
USUAL, MEANWHILE = "usual", "while one catches up"


def run(session):
    clients = session.scaled(CLIENTS)
    with session.stage() as stage:
        herd = OurHerd(session, stage)
        loads.reports(session, herd.servers, depth=64, clients=clients, requests=clients,
                      sequential=True, core=ANY_CORE)
        herd.await_converged()
        runs = [one(session, herd, name, number) for number in range(session.rounds)
                for name in (USUAL, MEANWHILE)]
    show(session, runs, clients)
    session.bar(f"catchup: seconds until a server restarted beside {clients:,} clients has all",
                spread(select(runs, system=MEANWHILE), "caught_up_s"), at_most=SECONDS_BAR)
    session.bar("catchup: p99 of its neighbors' clients meanwhile, x the usual",
                ratio(select(runs, system=MEANWHILE), select(runs, system=USUAL), "p99_us"),
                at_most=P99_BAR)


def one(session, herd, name, number):
    session.report.progress(f"{name}, round {number}")
    neighbors = [each for each in herd.servers if each.name in neighbors_of(herd)]
    if name == MEANWHILE:
        kill_victim(herd)
    restart = Restart(herd) if name == MEANWHILE else None
    run = session.measure(
        neighbors,
        lambda: load(session, neighbors, restart),
        system=name, clients=session.scaled(CLIENTS), round=number)
    if restart:
        run["caught_up_s"] = restart.result()
        herd.await_converged()
    return run


def neighbors_of(herd):
    return next(each["neighbors"] for each in herd.config["servers"] if each["name"] == VICTIM)


def kill_victim(herd):
    next(each for each in herd.servers if each.name == VICTIM).process.kill()


def load(session, servers, restart):
    if restart:
        restart.start()
    return loads.herd_client_load(session, servers, rate=RATE, connections=50,
                                  clients=session.scaled(CLIENTS), seconds=max(session.seconds, 1),
                                  core=ANY_CORE)


class Restart(threading.Thread):
    """Starts the victim anew in the midst of the load, and sees when it has all that its neighbors
    had when it started."""

    def __init__(self, herd):
        super().__init__(daemon=True)
        self.herd = herd
        self.seconds = None
        self.error = None

    def run(self):
        try:
            self.seconds = self.restart()
        except BenchError as error:
            self.error = error

    def restart(self):
        wanted = self.herd.vector_beside(VICTIM)
        place = [each.name for each in self.herd.servers].index(VICTIM)
        started = time.monotonic()
        self.herd.servers[place] = self.herd.start(self.herd.config["servers"][place])
        while not covers(self.herd.vector_of(VICTIM), wanted):
            if time.monotonic() - started > PATIENCE:
                raise BenchError(f"{VICTIM} did not catch up within {PATIENCE} seconds")
        return time.monotonic() - started

    def result(self):
        self.join()
        if self.error:
            raise self.error
        return self.seconds


def covers(vector, wanted):
    return all(vector.get(origin, 0) >= through for origin, through in wanted.items())


def show(session, runs, clients):
    rows = []
    for name in (USUAL, MEANWHILE):
        own = select(runs, system=name)
        rows.append([name, with_range(spread(own, "p50_us")), with_range(spread(own, "p99_us")),
                     with_range(spread(own, "caught_up_s"))])
    session.report.table(
        f"One of five servers killed and started empty beside {clients:,} clients; "
        f"{RATE:,} reports a second to its neighbors",
        ["clients of its neighbors", "p50 us", "p99 us", "caught up after s"], rows)
