"""Ten thousand clients that mean no good, see tests/hostile, beside fifty that are measured: what
those notice of it, and what is left when the others have gone.

One server, in turns without them and with them. It may know no further clients, since what they make
up would else be kept, as it should be."""

import resource

import systems
from figures import ratio, select, short, spread, with_range
from processes import BenchError

STRANGERS = 10_000
CLIENTS = 100_000
DEPTHS = (1, 16)
RATE_BAR = 0.8
MEMORY_BAR = 1.1
WITH, WITHOUT = "beside strangers", "alone"


def run(session):
    strangers, clients = session.scaled(STRANGERS), session.scaled(CLIENTS)
    raise_limit(strangers + 1000)
    flags = ["--max-clients", clients]
    with session.stage() as stage:
        [server] = session.start(stage, [systems.ours(flags=flags)])
        session.preload(server, clients)
        measure(session, server, clients, "warming up", -1)
        before = server.resident_bytes()
        runs = [run for number in range(session.rounds)
                for run in one_round(session, server, strangers, clients, number)]
    show(session, runs, strangers)
    judge(session, runs, before)


def raise_limit(files):
    """On open files: ours and, since they inherit it, the others'."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < files:
        raise BenchError(f"hostile needs {files} open files, and the system allows {hard}; see ulimit -n")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, files), hard))


def one_round(session, server, strangers, clients, number):
    runs = measure(session, server, clients, WITHOUT, number)
    with session.stage() as stage:
        session.report.progress(f"{strangers} strangers come")
        crowd = stage.process([session.program("herd-hostile"), "--port", server.port,
                               "--connections", strangers], core=session.generator_core)
        crowd.await_line("ready")
        runs += measure(session, server, clients, WITH, number)
    # The next connection is taken when all that have gone have been seen to.
    runs += measure(session, server, clients, "afterwards", number)
    runs[-1]["resident_bytes"] = server.resident_bytes()
    return runs


def measure(session, server, clients, system, number):
    return [session.closed_loop(server, {"system": system, "depth": depth, "round": number},
                                depth=depth, clients=clients, seconds=session.seconds)
            for depth in DEPTHS]


def show(session, runs, strangers):
    rows = [[f"depth {depth}, {name}", short(spread(own, "rate").median), with_range(spread(own, "cpu_us"))]
            for depth in DEPTHS for name in (WITHOUT, WITH)
            for own in [select(runs, system=name, depth=depth)]]
    session.report.table(f"50 busy connections beside {strangers:,} strangers",
                         ["herd-server", "req/s", "CPU us"], rows)


def judge(session, runs, before):
    for depth in DEPTHS:
        session.bar(f"hostile: throughput at depth {depth} beside strangers, x that without",
                    ratio(select(runs, system=WITH, depth=depth),
                          select(runs, system=WITHOUT, depth=depth), "rate"), at_least=RATE_BAR)
    after = [run for run in runs if "resident_bytes" in run]
    for run in after:
        run["resident_growth"] = run["resident_bytes"] / before
    session.bar("hostile: resident bytes when they have gone, x those before",
                spread(after, "resident_growth"), at_most=MEMORY_BAR)
