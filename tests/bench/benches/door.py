"""One server alone: what a report costs at the front door, beside the floor, the yardsticks and the
study's servers.

Each server has core 0 to itself while it is measured, the generator core 1; all know all clients
before they are measured."""

import systems
from figures import ratio, select, short, spread, with_range

DEPTHS = (1, 16, 64)
CLIENTS = 100_000
MANY_CLIENTS = 1_000_000
OURS = "herd-server"
OURS_MANY = "herd-server, 1 M clients"

FLOOR_BARS = {1: 1.15, 16: 1.6, 64: 2.2}
MANY_BAR = 1.2
# Times their throughput at depth 64.
RIVAL_BARS = {"Redis SET": 3, "Redis GEOADD": 12, "asyncio Protocol": 10, "asyncio streams": 35,
              "Java NIO": 6, "Node net": 13}


def run(session):
    rivals = [] if session.only_own else [*systems.YARDSTICKS, *systems.RIVALS]
    runs = measure(session, [systems.ours(), systems.floor(), *rivals], with_many=True)
    show(session, runs)
    judge(session, runs)


def measure(session, wanted, with_many=False):
    with session.stage() as stage:
        servers = prepare(session, stage, wanted)
        if with_many:
            servers += prepare(session, stage, [systems.ours(OURS_MANY)], MANY_CLIENTS)
        return rounds(session, servers)


def prepare(session, stage, wanted, clients=CLIENTS):
    """Starts the servers, and makes each of them know its clients. Returns (server, clients)."""
    clients = session.scaled(clients)
    servers = session.start(stage, wanted)
    for server in servers:
        session.preload(server, clients)
        warm_up(session, server, clients)
    return [(server, clients) for server in servers]


def rounds(session, servers):
    return [one(session, server, clients, depth, number) for number in range(session.rounds)
            for depth in DEPTHS for server, clients in servers]


def warm_up(session, server, clients):
    """So that what compiles as it runs has done so."""
    session.report.progress(f"{server.name}: warming up")
    if session.quick:
        return
    for depth in DEPTHS:
        session.closed_loop(server, {"system": server.name, "warm_up": True, "depth": depth},
                            depth=depth, clients=clients, seconds=1)


def one(session, server, clients, depth, number):
    facts = {"system": server.name, "depth": depth, "clients": clients, "round": number}
    return session.closed_loop(server, facts, depth=depth, clients=clients,
                               seconds=session.seconds)


def names(runs):
    return list(dict.fromkeys(run["system"] for run in runs))


def show(session, runs):
    header = ["server"]
    for depth in DEPTHS:
        header += [f"depth {depth}: req/s", "CPU us", "x floor"]
    rows = [[name] + [cell for depth in DEPTHS for cell in cells(runs, name, depth)]
            for name in names(runs)]
    session.report.table("IAMAT on 50 connections; CPU of the server for a request; medians, "
                         "and the range of the rounds", header, rows)


def cells(runs, name, depth):
    own = select(runs, system=name, depth=depth)
    beside = ratio(own, select(runs, system="floor", depth=depth), "cpu_us")
    return [short(spread(own, "rate").median), with_range(spread(own, "cpu_us")),
            with_range(beside)]


def judge(session, runs):
    for depth, limit in FLOOR_BARS.items():
        own = select(runs, system=OURS, depth=depth)
        session.bar(f"door: CPU of an IAMAT at depth {depth}, x floor",
                    ratio(own, select(runs, system="floor", depth=depth), "cpu_us"),
                    at_most=limit)
    for depth in FLOOR_BARS:
        own = select(runs, system=OURS, depth=depth)
        session.bar(f"door: the same with 1,000,000 clients at depth {depth}, x that with 100,000",
                    ratio(select(runs, system=OURS_MANY, depth=depth), own, "cpu_us"),
                    at_most=MANY_BAR)
    for name, limit in RIVAL_BARS.items():
        session.bar(f"door: throughput at depth 64, x {name}",
                    ratio(select(runs, system=OURS, depth=64),
                          select(runs, system=name, depth=64), "rate"), at_least=limit)
