"""What a client costs in memory: resident size with a million clients less that with none, all
included: index, replication log, allocator. Measured when each client has reported once, and again
when as many reports more have come from clients at random."""

import loads
import systems
from figures import select, short, spread

CLIENTS = 1_000_000
BAR = 120


def run(session):
    rivals = [] if session.only_own else systems.YARDSTICKS
    runs = measure(session, [systems.ours(), *rivals])
    show(session, runs)
    session.bar("memory: bytes for a client with an id of 16 bytes",
                spread(select(runs, system="herd-server"), "bytes_per_client"), at_most=BAR)


def measure(session, wanted):
    """Once each, since sizes hardly vary: from a server started anew."""
    return [one(session, system) for system in wanted if not skipped(session, system)]


def skipped(session, system):
    missing = system.missing()
    if missing:
        session.report.note(f"{system.name} is left out: {missing} is not installed")
    return missing is not None


def one(session, system):
    clients = session.scaled(CLIENTS)
    with session.stage() as stage:
        server = system.start(stage, session.server_core)
        empty = server.resident_bytes()
        record = session.measure([server], lambda: session.preload(server, clients),
                                 system=system.name, clients=clients, round=0)
        once = server.resident_bytes()
        loads.reports(session, [server], depth=64, clients=clients, requests=clients)
        again = server.resident_bytes()
    record.update(empty_bytes=empty, once_bytes_per_client=(once - empty) / clients,
                  bytes_per_client=(max(once, again) - empty) / clients)
    return record


def show(session, runs):
    rows = [[run["system"], short(run["empty_bytes"] / 1024), short(run["once_bytes_per_client"]),
             short(run["bytes_per_client"]), short(run["seconds"])] for run in runs]
    session.report.table(
        f"Memory with {runs[0]['clients']:,} clients" if runs else "Memory",
        ["server", "empty kB", "bytes a client", "after more reports", "preload s"], rows)
