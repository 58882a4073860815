"""Two threads at the front door: what a request costs then, beside one thread.

Both servers and the generator have all cores, since two threads on one core would be no test."""

import systems
from figures import ratio, select, short, spread, with_range

DEPTHS = (1, 16, 64)
CLIENTS = 100_000
BAR = 1.15
ONE, TWO = "one thread", "two threads"


def run(session):
    clients = session.scaled(CLIENTS)
    with session.stage() as stage:
        servers = session.start(stage, [systems.ours(ONE), systems.ours(TWO, ["--threads", 2])],
                                pinned=False)
        for server in servers:
            session.preload(server, clients)
        runs = [one(session, server, clients, depth, number) for number in range(session.rounds)
                for depth in DEPTHS for server in servers]
    show(session, runs)
    for depth in DEPTHS:
        session.bar(f"threads: CPU of a request with two threads at depth {depth}, x one",
                    ratio(select(runs, system=TWO, depth=depth),
                          select(runs, system=ONE, depth=depth), "cpu_us"), at_most=BAR)


def one(session, server, clients, depth, number):
    facts = {"system": server.name, "depth": depth, "clients": clients, "round": number}
    return session.closed_loop(server, facts, depth=depth, clients=clients,
                               seconds=session.seconds, core=None)


def show(session, runs):
    rows = []
    for depth in DEPTHS:
        for name in (ONE, TWO):
            own = select(runs, system=name, depth=depth)
            rows.append([f"depth {depth}, {name}", short(spread(own, "rate").median),
                         with_range(spread(own, "cpu_us"))])
    session.report.table("Front-door threads, 50 connections, all on all cores",
                         ["herd-server", "req/s", "CPU us"], rows)
