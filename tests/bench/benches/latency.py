"""Latency at a constant rate, counted from when a request was to be sent, beside the floor; and how
long a report takes to the farthest server.

One server alone for `local`; the herd of five for what waiting for the neighbors costs."""

import json
import socket
import statistics
import time

import loads
import systems
from figures import ratio, select, spread, with_range
from herds import OurHerd
from processes import run as run_program

RATES = (1_000, 10_000, 50_000)
CLIENTS = 100_000
LOCAL_BAR = 1.3  # p50, x floor
NEIGHBORS_BAR = 1  # bare round trips
SEEN_BAR = 3  # bare round trips
BARE = "bare gRPC round trip"
SEEN = "seen at the farthest server"
LOCAL = "one server"
HERD_LOCAL = "five, --ack local"
HERD_NEIGHBORS = "five, --ack neighbors"
PROBES = 200
NEAR, FAR = "Hands", "Welsh"  # three links apart


def run(session):
    with session.stage() as stage:
        groups = start(session, stage)
        for servers in groups.values():
            loads.reports(session, servers, depth=64, clients=session.scaled(CLIENTS),
                          requests=session.scaled(CLIENTS), sequential=True)
        runs = []
        for number in range(session.rounds):
            runs += one_round(session, groups, number)
    show(session, runs)
    judge(session, runs)


def start(session, stage):
    floor, alone = session.start(stage, [systems.floor(), systems.ours(LOCAL, ["--ack", "local"])])
    local = OurHerd(session, stage, ["--ack", "local"])
    neighbors = OurHerd(session, stage, ["--ack", "neighbors"])
    return {"floor": [floor], LOCAL: [alone], HERD_LOCAL: local.servers,
            HERD_NEIGHBORS: neighbors.servers}


def one_round(session, groups, number):
    bare = round_trip(session, number)
    runs = [one(session, name, servers, rate, number)
            for rate in RATES for name, servers in groups.items()]
    far = probe_far(session, groups[HERD_NEIGHBORS], number)
    far["round_trips"] = far["seen_us"] / bare["p50_us"]
    for rate in RATES:
        [waiting] = select(runs, system=HERD_NEIGHBORS, target_rate=rate)
        [local] = select(runs, system=HERD_LOCAL, target_rate=rate)
        waiting["round_trips"] = (waiting["p50_us"] - local["p50_us"]) / bare["p50_us"]
    return [bare, *runs, far]


def round_trip(session, number):
    """Of one record over a bare gRPC stream that carries nothing else."""
    session.report.progress(f"{BARE}, round {number}")
    command = [session.program("herd-bench-stream"), "--batch", 1, "--in-flight", 1,
               "--seconds", session.seconds]
    return session.measure(
        [], lambda: {"p50_us": json.loads(run_program(command, 60))["answer_p50_us"]},
        system=BARE, round=number)


def one(session, name, servers, rate, number):
    session.report.progress(f"{name}, {rate} a second, round {number}")
    return session.measure(
        servers,
        lambda: loads.herd_client_load(session, servers, rate=rate, connections=50,
                                       clients=session.scaled(CLIENTS), seconds=session.seconds),
        system=name, target_rate=rate, round=number)


def probe_far(session, servers, number):
    """How long from sending a report at one end of the herd until the other end has it."""
    session.report.progress(f"the farthest server, round {number}")
    ends = {server.name: server.port for server in servers}
    return session.measure(
        servers, lambda: seen_at(session, ends[NEAR], ends[FAR], number),
        system=SEEN, round=number)


def seen_at(session, near_port, far_port, number):
    delays = []
    with connect(near_port) as near, connect(far_port) as far:
        for probe in range(session.scaled(PROBES, least=5)):
            delays.append(one_probe(near, far, b"probe-%d-%d" % (number, probe)) * 1e6)
            time.sleep(0.005)  # So that each finds the links quiet.
    return {"seen_us": statistics.median(delays), "delays_us": delays}


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def one_probe(near, far, client):
    """Asks the far server again and again. Its answer is `?` until it has the report; then it asks
    Places, which fails at once here, so the time is that of the question."""
    started = time.monotonic()
    near.sendall(b"IAMAT %b +34.068930-118.445127 %.9f\n" % (client, time.time()))
    while True:
        asked = time.monotonic()
        far.sendall(b"WHATSAT %b 1 0\n" % client)
        reply = far.recv(1 << 16)
        if not reply.startswith(b"?"):
            read_to(far, reply, b"\n\n")
            read_to(near, b"", b"\n")
            return asked - started


def read_to(connection, text, end):
    while not text.endswith(end):
        text += connection.recv(1 << 16)


def show(session, runs):
    rows = []
    for rate in RATES:
        for name in dict.fromkeys(run["system"] for run in runs if run.get("target_rate")):
            own = select(runs, system=name, target_rate=rate)
            beside = ratio(own, select(runs, system="floor", target_rate=rate), "p50_us")
            rows.append([f"{rate:,}/s, {name}", with_range(spread(own, "p50_us")),
                         with_range(beside), with_range(spread(own, "p99_us")),
                         with_range(spread(own, "p999_us"))])
    session.report.table("Latency of a reply in microseconds, open loop, 50 connections",
                         ["rate, server", "p50", "p50 x floor", "p99", "p99.9"], rows)
    session.report.say(
        f"a round trip on a bare gRPC stream takes "
        f"{with_range(spread(select(runs, system=BARE), 'p50_us'))} us; the farthest server has a "
        f"report after {with_range(spread(runs, 'seen_us'))} us\n")


def judge(session, runs):
    for rate in RATES:
        session.bar(f"latency: p50 of a reply at {rate:,}/s, one server, x floor",
                    ratio(select(runs, system=LOCAL, target_rate=rate),
                          select(runs, system="floor", target_rate=rate), "p50_us"),
                    at_most=LOCAL_BAR)
    for rate in RATES:
        session.bar(f"latency: what waiting for the neighbors adds to the p50 at {rate:,}/s, in "
                    "bare gRPC round trips",
                    spread(select(runs, system=HERD_NEIGHBORS, target_rate=rate), "round_trips"),
                    at_most=NEIGHBORS_BAR)
    session.bar("latency: until the farthest server has a report, in bare gRPC round trips",
                spread(select(runs, system=SEEN), "round_trips"), at_most=SEEN_BAR)
