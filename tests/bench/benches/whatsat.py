"""WHATSAT of a document of 20 kB from the server's cache: beside the floor that sends as many bytes.

50 connections; the server has core 0 to itself, the generator core 1."""

import systems
from figures import ratio, select, short, spread, with_range

DOCUMENT_BYTES = 20_480
DEPTHS = (1, 16)
CLIENTS = 100
BAR = 1.5
OURS, FLOOR = "herd-server", "floor"


def run(session):
    with session.stage() as stage:
        url = systems.places_upstream(stage, session.generator_core,
                                      ["--document-bytes", DOCUMENT_BYTES])
        flags = ["--places-cache-seconds", 3600]
        servers = session.start(stage, [systems.ours(OURS, flags, url)])
        session.preload(servers[0], CLIENTS)
        size = reply_bytes(servers[0])
        # As many bytes as ours sends behind the AT line.
        servers += session.start(stage, [systems.floor(["--document-bytes", size])])
        for server in servers:
            one(session, server, 1, -1)
        runs = [one(session, server, depth, number) for number in range(session.rounds)
                for depth in DEPTHS for server in servers]
    session.runs = [each for each in session.runs if each.get("round") != -1]
    show(session, runs, size)
    for depth in DEPTHS:
        session.bar(f"whatsat: CPU of one from the cache at depth {depth}, x floor",
                    beside_floor(runs, depth), at_most=BAR)


def reply_bytes(server):
    """Of the document of a WHATSAT's reply, without the AT line and the end."""
    with systems.connect(server.port) as connection:
        connection.sendall(b"WHATSAT c000000000000000 10 20\n")
        reply = b""
        while not reply.endswith(b"\n\n"):
            reply += connection.recv(1 << 20)
    return len(reply) - reply.index(b"\n") - 3


def one(session, server, depth, number):
    facts = {"system": server.name, "depth": depth, "round": number}
    return session.closed_loop(server, facts, depth=depth, clients=CLIENTS, protocol="whatsat",
                               seconds=session.seconds)


def beside_floor(runs, depth):
    return ratio(select(runs, system=OURS, depth=depth), select(runs, system=FLOOR, depth=depth),
                 "cpu_us")


def show(session, runs, size):
    rows = []
    for name in (OURS, FLOOR):
        row = [name]
        for depth in DEPTHS:
            own = select(runs, system=name, depth=depth)
            row += [short(spread(own, "rate").median), with_range(spread(own, "cpu_us"))]
        rows.append(row)
    session.report.table(f"WHATSAT of a document of {size:,} bytes on 50 connections",
                         ["server", "depth 1: req/s", "CPU us", "depth 16: req/s", "CPU us"], rows)
