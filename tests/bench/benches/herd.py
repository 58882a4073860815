"""The whole herd of five: what an update costs until all five have it, on the machine's cores together
with the generator.

The reports go to all five servers in turn; a run lasts until all five have converged. Once with
replies that wait for the neighbors, as by default, and once with such that do not."""

import loads
from figures import select, short, spread, with_range
from herds import ANY_CORE, OurHerd

CLIENTS = 100_000
DEPTHS = (1, 16)
ACKS = ("neighbors", "local")
RATE_BARS = {1: 80_000, 16: 250_000}
CPU_BAR = 5  # seconds of all five for a million updates, at depth 16


def run(session):
    with session.stage() as stage:
        herds = [OurHerd(session, stage, ["--ack", ack], name_of(ack)) for ack in ACKS]
        for herd in herds:
            preload(session, herd)
        runs = [one(session, herd, depth, number) for number in range(session.rounds)
                for depth in DEPTHS for herd in herds]
    show(session, runs)
    judge(session, runs)


def name_of(ack):
    return f"herd-server x 5, --ack {ack}"


def preload(session, herd):
    clients = session.scaled(CLIENTS)
    session.report.progress(f"{herd.name}: {clients} clients")
    loads.reports(session, herd.servers, depth=16, clients=clients, requests=clients,
                  sequential=True, core=ANY_CORE)
    herd.await_converged()


def one(session, herd, depth, number):
    session.report.progress(f"{herd.name}, depth {depth}, round {number}")
    return session.measure(herd.servers, lambda: load_until_converged(session, herd, depth),
                           system=herd.name, depth=depth, clients=session.scaled(CLIENTS),
                           round=number)


def load_until_converged(session, herd, depth):
    figures = loads.reports(session, herd.servers, depth=depth, clients=session.scaled(CLIENTS),
                            seconds=session.seconds, core=ANY_CORE)
    settling = herd.await_converged()
    return {**figures, "settling_s": settling,
            "rate": figures["requests"] / (figures["seconds"] + settling)}


def show(session, runs):
    rows = []
    for depth in DEPTHS:
        for ack in ACKS:
            own = select(runs, depth=depth, system=name_of(ack))
            rows.append([f"depth {depth}, --ack {ack}", short(spread(own, "rate").median),
                         with_range(spread(own, "cpu_us")), with_range(spread(own, "p50_us")),
                         with_range(spread(own, "p99_us")), with_range(spread(own, "settling_s"))])
    session.report.table(
        "Five servers, 50 connections over all of them; CPU of all five for an update",
        ["five servers", "updates/s", "CPU us", "batch p50 us", "p99 us", "settling s"], rows)


def judge(session, runs):
    for depth, limit in RATE_BARS.items():
        for ack in ACKS:
            session.bar("herd: updates/s until all five have converged, "
                        f"depth {depth}, --ack {ack}",
                        spread(select(runs, depth=depth, system=name_of(ack)), "rate"),
                        at_least=limit)
    for ack in ACKS:
        session.bar("herd: CPU seconds of all five for a million updates at depth 16, "
                    f"--ack {ack}",
                    spread(select(runs, depth=16, system=name_of(ack)), "cpu_us"), at_most=CPU_BAR)
