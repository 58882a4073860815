"""The log of all traffic: what it costs at depth 16, and whether it has every line.

Two servers in turns, one of them with the log."""

import os

import systems
from figures import ratio, select, short, spread, with_range

DEPTH = 16
CLIENTS = 100_000
RATE_BAR = 0.5
LOST_BAR = 0
ON, OFF = "log on", "log off"
SOME_MB = 1 << 24


def run(session):
    with session.stage() as stage:
        path = os.path.join(stage.folder("/var/tmp"), "traffic.log")  # A disk, as in earnest.
        logged = systems.ours(ON, ["--traffic-log", "--log-file", path])
        servers = session.start(stage, [logged, systems.ours(OFF)])
        sent = sum(session.preload(server, session.scaled(CLIENTS))["requests"]
                   for server in servers if server.name == ON)
        runs = [one(session, server, number) for number in range(session.rounds)
                for server in servers]
        sent += sum(run["requests"] for run in select(runs, system=ON))
        servers[0].process.stop()  # Writes out what it holds.
        lines_in, lines_out = count(path, b" <- "), count(path, b" -> ")
    runs[0]["lost_lines"] = abs(sent - lines_in) + abs(sent - lines_out)
    show(session, runs, sent, lines_in, lines_out)
    session.bar("log: throughput at depth 16 with the log, x that without",
                ratio(select(runs, system=ON), select(runs, system=OFF), "rate"),
                at_least=RATE_BAR)
    session.bar("log: lines lost", spread(runs[:1], "lost_lines"), at_most=LOST_BAR)


def one(session, server, number):
    facts = {"system": server.name, "depth": DEPTH, "round": number}
    return session.closed_loop(server, facts, depth=DEPTH, clients=session.scaled(CLIENTS),
                               seconds=session.seconds)


def count(path, mark):
    """How often it stands in the file, which may be larger than memory."""
    found, rest = 0, b""
    with open(path, "rb") as file:
        while block := file.read(SOME_MB):
            text = rest + block
            found += text.count(mark)
            rest = text[len(text) - len(mark) + 1:]
    return found


def show(session, runs, sent, lines_in, lines_out):
    rows = [[name, short(spread(select(runs, system=name), "rate").median),
             with_range(spread(select(runs, system=name), "cpu_us"))] for name in (ON, OFF)]
    session.report.table(
        f"The traffic log, depth {DEPTH}: {sent:,} requests, {lines_in:,} lines in, "
        f"{lines_out:,} lines out", ["herd-server", "req/s", "CPU us"], rows)
