"""WHATSATs that ask Places: for distinct places beside a bare libcurl loop, from the cache, and what
they do to reports when Places fails.

Server, upstream and generator share all cores; the bare loop and its upstream too."""

import json
import urllib.request

import loads
import systems
from figures import Spread, ratio, select, short, spread, with_range

CLIENTS = 100_000
FEW_CLIENTS = 100
IN_FLIGHT = 64
# Of each connection as many as make up what is in flight.
CONNECTIONS = 64
RATE_BAR = 0.8
HARM_BAR = 0.9
NO_FAULT = {"kind": "none"}
FAULTS = [{"kind": "delay", "ms": 100},
          *({"kind": "http", "status": status} for status in (400, 401, 403, 404, 429, 503, 302)),
          *({"kind": kind} for kind in ("hang", "truncated", "garbage", "no_results", "huge",
                                        "over_quota", "denied"))]
# Reports and questions a second, half each. Twenty calls a second are 1.7 million a day, at tens of
# dollars a thousand; and the stand-in, which shares a core with the generator, takes milliseconds to
# say some of it.
ASKED = 40
NO_CACHE = ["--places-cache-seconds", 0]


def run(session):
    distinct(session, 0)
    distinct(session, 100)
    cached(session)
    for api in ("new", "legacy"):
        faults(session, api)


def distinct(session, delay_ms):
    """Places that nobody has asked for, of an upstream that answers after so long."""
    clients = session.scaled(CLIENTS)
    with session.stage() as stage:
        url = systems.places_upstream(stage, None, ["--delay-ms", delay_ms])
        [server] = session.start(stage, [systems.ours("herd-server", NO_CACHE, url)], pinned=False)
        session.preload(server, clients)
        runs = []
        for number in range(session.rounds):
            runs += distinct_round(session, server, url, delay_ms, clients, number)
    show_distinct(session, runs, delay_ms)


def distinct_round(session, server, url, delay_ms, clients, number):
    facts = {"delay_ms": delay_ms, "round": number, "system": server.name}
    seconds = max(session.seconds, 1 if delay_ms else 0)
    ours = session.measure([server], lambda: loads.reports(
        session, [server], protocol="whatsat", depth=1, connections=CONNECTIONS, clients=clients,
        seconds=seconds, sequential=True, core=None), kind="distinct", **facts)
    path = "/maps/api/place/nearbysearch/json?location=34,-118&radius=10000&key=none"
    facts["system"] = "bare libcurl"
    bare = session.measure([], lambda: loads.fetches(
        session, url + path, in_flight=IN_FLIGHT, seconds=seconds), kind="bare libcurl", **facts)
    return [ours, bare]


def show_distinct(session, runs, delay_ms):
    ours, bare = select(runs, kind="distinct"), select(runs, kind="bare libcurl")
    session.report.table(
        f"WHATSATs for distinct places, {IN_FLIGHT} in flight, Places answers after {delay_ms} ms",
        ["", "a second", "CPU us"],
        [["herd-server", with_range(spread(ours, "rate")), with_range(spread(ours, "cpu_us"))],
         ["bare libcurl", with_range(spread(bare, "rate")),
          with_range(spread(bare, "generator_cpu_us"))]])
    when = "at once" if delay_ms == 0 else f"after {delay_ms} ms"
    session.bar(f"places: WHATSATs a second for distinct places, Places answering {when}, "
                "x a bare libcurl loop", ratio(ours, bare, "rate"), at_least=RATE_BAR)


def cached(session):
    with session.stage() as stage:
        url = systems.places_upstream(stage, None)
        [server] = session.start(stage, [systems.ours("herd-server", (), url)], pinned=False)
        session.preload(server, FEW_CLIENTS)
        rows = []
        for depth in (1, 16):
            runs = [session.closed_loop(
                server, {"kind": "cached", "system": server.name, "depth": depth, "round": number},
                protocol="whatsat", depth=depth, clients=FEW_CLIENTS, seconds=session.seconds)
                for number in range(session.rounds)]
            rows.append([str(depth), short(spread(runs, "rate").median),
                         with_range(spread(runs, "cpu_us"))])
    session.report.table("WHATSATs from the cache, 50 connections",
                         ["depth", "a second", "server CPU us"], rows)


def faults(session, api):
    """Reports at the front door, while other clients ask a Places that fails."""
    clients = session.scaled(CLIENTS)
    with session.stage() as stage:
        standin = stage.process([stage.program("herd-places"), "--port", "0", "--allow-faults"],
                                core=session.generator_core)
        url = standin.announced_url()
        # Without the breaker, which would make good of a Places that is not asked.
        flags = [*NO_CACHE, "--places-timeout-ms", 1000, "--places-breaker-failures", 0,
                 "--places-api", api]
        [server] = session.start(stage, [systems.ours("herd-server", flags, url)])
        session.preload(server, clients)
        # At a rate, so that a Places that fails fast is not asked the more.
        asking = stage.process(
            [session.program("herd-client"), "load", "--server", f"127.0.0.1:{server.port}",
             "--rate", ASKED, "--whatsat", 0.5, "--connections", 4, "--clients", 1000,
             "--seconds", 86_400], core=session.generator_core)
        runs = [run for number in range(session.rounds) for fault in FAULTS
                for run in without_and_with(session, server, url, api, fault, clients, number)]
        asking.kill()
    rows, harm = [], []
    for fault in dict.fromkeys(run["beside"] for run in runs):
        without, own = (select(runs, beside=fault, fault=each) for each in ("none", fault))
        rows.append([fault, with_range(spread(own, "rate")),
                     with_range(ratio(own, without, "rate")),
                     with_range(ratio(own, without, "cpu_us"))])
        harm.append(ratio(own, without, "rate").median)
    session.report.table(
        f"IAMATs, 50 connections, depth 16, beside {ASKED // 2} questions a second that ask Places "
        f"({api})", ["Places", "reports a second", "x without faults", "server CPU, x without"],
        rows)
    # Over all of them: of one fault the ratio wanders more than what is asked after.
    session.bar(f"places: reports a second while Places ({api}) fails, x without; median of the "
                "faults, and the range", Spread.of(harm), at_least=HARM_BAR)


def without_and_with(session, server, url, api, fault, clients, number):
    """Right after each other, since the machine is another one a minute later."""
    name = fault["kind"] + (f" {fault['status']}" if "status" in fault else "")
    return [one_fault(session, server, url, {"kind": "reports", "system": server.name, "api": api,
                                             "fault": known_as, "beside": name, "round": number},
                      each, clients)
            for known_as, each in (("none", NO_FAULT), (name, fault))]


def one_fault(session, server, url, facts, fault, clients):
    request = urllib.request.Request(url + "/faults", json.dumps(fault).encode())
    urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10).close()
    return session.closed_loop(server, facts, depth=16, clients=clients,
                               seconds=session.seconds / 2)
