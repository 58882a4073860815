"""Watchers of WatchClients: what they cost those who report, and what one costs that does not read.

Servers in turns, one of them watched. The server and its watching thread have one core, the watchers
share the other with the generator."""

import json
import subprocess

import loads
import systems
from figures import ratio, select, short, spread, with_range

CLIENTS = 100_000
DEPTH = 16
SOME = 10
MANY = 200
MANY_RATE = 1_000  # reports a second, each of which goes to each watcher
MANY_CLIENTS = 200  # so that each moves again and again while a watcher does not read
UNWATCHED_BAR = 1.02
UNNOTICED_RATE_BAR = 0.98
NEVER, BEFORE, NOW = "never watched", f"watched by {SOME} before", f"watched by {SOME}"
NONE, ALL_READ = "no watcher", f"{MANY} that read"
ONE_STALLED = f"{MANY - 1} that read, one that does not"


def run(session):
    runs = measure_some(session) + measure_many(session)
    show(session, runs)
    judge(session, runs)


# --- some watchers of a busy server ---------------------------------------------------------------

def measure_some(session):
    with session.stage() as stage:
        servers = session.start(stage, [systems.ours(name) for name in (NEVER, BEFORE, NOW)])
        for server in servers:
            session.preload(server, session.scaled(CLIENTS))
        Watchers(session, stage, servers[1], SOME).end()
        return [one(session, stage, server, number) for number in range(session.rounds)
                for server in servers]


def one(session, stage, server, number):
    watchers = Watchers(session, stage, server, SOME) if server.name == NOW else None
    record = session.closed_loop(server, {"system": server.name, "round": number}, depth=DEPTH,
                                 clients=session.scaled(CLIENTS), seconds=session.seconds)
    if watchers:
        told = watchers.end()["reading"]
        record["told_rate"] = told["least_events"] / record["seconds"]
    return record


# --- many watchers --------------------------------------------------------------------------------

def measure_many(session):
    with session.stage() as stage:
        servers = session.start(stage, [systems.ours(name)
                                        for name in (NONE, ALL_READ, ONE_STALLED)])
        return [one_of_many(session, stage, server, number) for number in range(session.rounds)
                for server in servers]


def one_of_many(session, stage, server, number):
    stalled = 1 if server.name == ONE_STALLED else 0
    watchers = (Watchers(session, stage, server, MANY - stalled, stalled)
                if server.name != NONE else None)
    session.report.progress(f"{server.name}, round {number}")
    record = session.measure(
        [server], lambda: loads.herd_client_load(
            session, [server], rate=MANY_RATE, connections=10, clients=MANY_CLIENTS,
            seconds=session.seconds), system=server.name, round=number)
    if watchers is None:
        return record
    told = watchers.end()
    record["told_each"] = told["reading"]["least_events"] / record["requests"]
    if stalled:
        record["stalled_events"] = told["stalled"]["least_events"]
        record["stalled_skipped"] = told["stalled"]["skipped"]
    return record


class Watchers:
    """Of all that happens at a server, from now on."""

    def __init__(self, session, stage, server, reading, stalled=0):
        self.process = stage.process(
            [session.program("herd-bench-watch"), "--target", f"127.0.0.1:{server.operator_port}",
             "--watchers", reading, "--stalled", stalled],
            core=session.generator_core, stdin=subprocess.PIPE)
        if self.process.child.stdout.readline() != b"watching\n":
            self.process.fail("does not watch")

    def end(self):
        """What they were told."""
        self.process.child.stdin.close()
        said = self.process.child.stdout.readline()
        if not said:
            self.process.fail("ended")
        return json.loads(said)


# --- what is made of it ---------------------------------------------------------------------------

def show(session, runs):
    rows = [[name, short(spread(own, "rate").median), with_range(spread(own, "cpu_us")),
             with_range(spread(own, "told_rate"))]
            for name in (NEVER, BEFORE, NOW) for own in [select(runs, system=name)]]
    session.report.table(f"Watching a busy server, depth {DEPTH}",
                         ["herd-server", "req/s", "CPU us", "events/s to each watcher"], rows)
    rows = [[name, with_range(spread(own, "p50_us")), with_range(spread(own, "p99_us")),
             with_range(spread(own, "told_each"))]
            for name in (NONE, ALL_READ, ONE_STALLED) for own in [select(runs, system=name)]]
    session.report.table(f"Many watchers, {MANY_RATE:,} reports/s",
                         ["watchers", "p50 us", "p99 us", "events a report to each reader"], rows)
    session.report.say("the one that did not read was told of "
                       f"{with_range(spread(runs, 'stalled_events'))} changes when it did, and that "
                       f"it had missed {with_range(spread(runs, 'stalled_skipped'))}\n")


def judge(session, runs):
    never = select(runs, system=NEVER)
    session.bar("watch: CPU for a report when nobody watches any more, x never watched",
                ratio(select(runs, system=BEFORE), never, "cpu_us"), at_most=UNWATCHED_BAR)
    many = select(runs, system=ALL_READ)
    session.bar(f"watch: what {MANY - 1} watchers are told when one more does not read, x {MANY} "
                "that read", ratio(select(runs, system=ONE_STALLED), many, "told_each"),
                at_least=UNNOTICED_RATE_BAR)
