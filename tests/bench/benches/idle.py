"""Ten thousand idle connections: what each costs in memory, and what they cost those that are busy.

Two servers in turns, one of them with the idle connections."""

import resource
import socket

import systems
from figures import ratio, select, short, spread, with_range
from processes import BenchError

CONNECTIONS = 10_000
DEPTHS = (1, 16)
CLIENTS = 100_000
BYTES_BAR = 4096
RATE_BAR = 0.95
WITH, WITHOUT = "with idle connections", "without"


def run(session):
    connections = session.scaled(CONNECTIONS)
    raise_limit(connections + 200)
    with session.stage() as stage:
        # All of them come from one address.
        flags = ["--max-connections-per-address", connections + 100]
        servers = session.start(stage, [systems.ours(WITH, flags), systems.ours(WITHOUT, flags)])
        for server in servers:
            session.preload(server, session.scaled(CLIENTS))
        bytes_each = hold(stage, servers[0], connections)
        runs = [one(session, server, depth, number) for number in range(session.rounds)
                for depth in DEPTHS for server in servers]
    runs[0]["bytes_per_connection"] = bytes_each
    show(session, runs, connections, bytes_each)
    judge(session, runs)


def raise_limit(files):
    """On open files: ours and, since they inherit it, the servers'."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < files:
        raise BenchError(f"idle needs {files} open files, and the system allows {hard}; see ulimit -n")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, files), hard))


def hold(stage, server, count):
    """Opens the connections, which stay until the stage is cleared; the resident bytes of each."""
    before = server.resident_bytes()
    for _ in range(count):
        stage.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=5))
    await_accepted(server, count)
    return (server.resident_bytes() - before) / count


def await_accepted(server, count):
    """The last one is answered when all have been accepted, which is done in their order."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as last:
        last.sendall(b"there?\n")
        if not last.recv(100).startswith(b"?"):
            raise BenchError(f"the server did not accept {count} connections")


def one(session, server, depth, number):
    facts = {"system": server.name, "depth": depth, "round": number}
    return session.closed_loop(server, facts, depth=depth, clients=session.scaled(CLIENTS),
                               seconds=session.seconds)


def show(session, runs, connections, bytes_each):
    rows = []
    for depth in DEPTHS:
        for name in (WITH, WITHOUT):
            own = select(runs, system=name, depth=depth)
            rows.append([f"depth {depth}, {name}", short(spread(own, "rate").median),
                         with_range(spread(own, "cpu_us"))])
    session.report.table(
        f"50 busy connections beside {connections:,} idle ones of {short(bytes_each)} bytes each",
        ["herd-server", "req/s", "CPU us"], rows)


def judge(session, runs):
    session.bar("idle: resident bytes for an idle connection",
                spread(runs[:1], "bytes_per_connection"), at_most=BYTES_BAR)
    for depth in DEPTHS:
        session.bar(f"idle: throughput of busy connections at depth {depth} beside idle ones, "
                    "x that without",
                    ratio(select(runs, system=WITH, depth=depth),
                          select(runs, system=WITHOUT, depth=depth), "rate"), at_least=RATE_BAR)
