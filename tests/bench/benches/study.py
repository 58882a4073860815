"""The study: the same server in asyncio, Node, Java and C++, alone, in a herd, and as one central
server in front of a database. README.md in study/ says what is asked and what was found."""

import loads
import systems
from benches import door, herd, memory
from figures import ratio, select, short, spread, with_range
from herds import AsyncioHerd, OurHerd

STEADY_RATE = 1_000  # a second, which every one of them can do
CENTRAL = [systems.CENTRAL, systems.CENTRAL_HASTY]
ALONE = [systems.ours(), systems.floor(), *systems.RIVALS, *CENTRAL]


def run(session):
    alone, steady = measure_alone(session)
    sizes = memory.measure(session, [systems.ours(), *systems.RIVALS])
    sizes += measure_central_size(session)
    show_alone(session, alone, steady, sizes)
    show_herds(session, measure_herds(session))


def measure_alone(session):
    with session.stage() as stage:
        servers = door.prepare(session, stage, ALONE)
        alone = door.rounds(session, servers)
        steady = [one_steady(session, server, clients, number)
                  for number in range(session.rounds) for server, clients in servers]
    return alone, steady


def one_steady(session, server, clients, number):
    session.report.progress(f"{server.name}, {STEADY_RATE} a second, round {number}")
    return session.measure(
        [server],
        lambda: loads.herd_client_load(session, [server], rate=STEADY_RATE, connections=50,
                                       clients=clients, seconds=session.seconds),
        system=server.name, target_rate=STEADY_RATE, clients=clients, round=number)


def measure_central_size(session):
    """On the disk, with its index; a tenth of the others' clients, since it takes so long."""
    clients = session.scaled(memory.CLIENTS // 10)
    runs = []
    with session.stage() as stage:
        for server in session.start(stage, CENTRAL[:1]):
            record = session.measure([server], lambda each=server: session.preload(each, clients),
                                     system=server.name, clients=clients, round=0)
            record["bytes_per_client"] = server.stored_bytes() / clients
            runs.append(record)
    return runs


def measure_herds(session):
    with session.stage() as stage:
        herds = [OurHerd(session, stage), AsyncioHerd(stage),
                 OurHerd(session, stage, ["--ack", "local"], "herd-server x 5, --ack local")]
        for each in herds:
            herd.preload(session, each)
        return [herd.one(session, each, depth, number) for number in range(session.rounds)
                for depth in herd.DEPTHS for each in herds]


def show_alone(session, runs, steady, sizes):
    header = ["server", *[f"updates/s, depth {depth}" for depth in door.DEPTHS],
              *[f"CPU s a million, depth {depth}" for depth in door.DEPTHS],
              f"p99 at {STEADY_RATE:,}/s, us", "bytes a client"]
    rows = [[name, *figures_of(runs, name, "rate"), *figures_of(runs, name, "cpu_us"),
             with_range(spread(select(steady, system=name), "p99_us")),
             with_range(spread(select(sizes, system=name), "bytes_per_client"))]
            for name in door.names(runs)]
    session.report.table("One server, 50 connections, 100,000 clients", header, rows)


def figures_of(runs, name, figure):
    own = (select(runs, system=name, depth=depth) for depth in door.DEPTHS)
    return [short(spread(each, figure).median) for each in own]


def show_herds(session, runs):
    names = door.names(runs)
    rows = [[f"{name}, depth {depth}", short(spread(own, "rate").median),
             with_range(spread(own, "cpu_us")),
             with_range(ratio(own, select(runs, system=names[0], depth=depth), "cpu_us")),
             with_range(spread(own, "p99_us"))]
            for depth in herd.DEPTHS for name in names
            for own in [select(runs, system=name, depth=depth)]]
    session.report.table(
        "Five servers on the built-in herd's edges, until all five have everything",
        ["herd", "updates/s", "CPU s a million, all five", "x ours", "batch p99 us"], rows)
