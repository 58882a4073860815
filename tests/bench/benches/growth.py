"""How cost grows with the number of clients, from a thousand to a million: CPU of a report at depth
64, and memory."""

import systems
from figures import ratio, select, short, spread, with_range

SIZES = (1_000, 10_000, 100_000, 1_000_000)
DEPTH = 64


def run(session):
    sizes = list(dict.fromkeys(session.scaled(size, least=10) for size in SIZES))
    with session.stage() as stage:
        [floor] = session.start(stage, [systems.floor()])
        servers = [(start(session, stage, size), size) for size in sizes]
        runs = []
        for number in range(session.rounds):
            runs.append(one(session, floor, sizes[-1], number))
            runs += [one(session, server, size, number) for server, size in servers]
    show(session, runs, sizes)


def start(session, stage, clients):
    """A server that knows so many clients; what they cost it is kept with its runs."""
    [server] = session.start(stage, [systems.ours()])
    empty = server.resident_bytes()
    session.preload(server, clients)
    server.bytes_per_client = (server.resident_bytes() - empty) / clients
    return server


def one(session, server, clients, number):
    facts = {"system": server.name, "depth": DEPTH, "clients": clients, "round": number}
    run = session.closed_loop(server, facts, depth=DEPTH, clients=clients,
                              seconds=session.seconds)
    run["bytes_per_client"] = getattr(server, "bytes_per_client", None)
    return run


def show(session, runs, sizes):
    floor = select(runs, system="floor")
    rows = []
    for size in sizes:
        own = select(runs, system="herd-server", clients=size)
        rows.append([f"{size:,}", short(spread(own, "rate").median),
                     with_range(spread(own, "cpu_us")), with_range(ratio(own, floor, "cpu_us")),
                     short(own[0]["bytes_per_client"])])
    session.report.table(f"Growth with the clients, depth {DEPTH}, 50 connections",
                         ["clients", "req/s", "CPU us", "x floor", "bytes a client"], rows)
