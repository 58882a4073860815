"""One link between two servers: what an update costs to send, and to receive and apply, beside a bare
gRPC stream of batches that are not stored.

The sending server's clients report as fast as they can; of each server the thread of its links is
measured alone."""

import json

import loads
import machine
import systems
from figures import ratio, select, short, spread, with_range
from herds import ANY_CORE, Herd
from processes import run as run_program

EDGES = {"Sender": ["Receiver"], "Receiver": []}
THREAD = "herd-links"
DEPTH = 64
# Clients to (microseconds to receive and apply, x the bare stream's).
RECEIVED_BARS = {100_000: (0.35, 2.2), 1_000_000: (0.45, 2.8)}
SENT_BAR = (0.2, 1.3)
BATCH = 256  # of the bare stream
BARE = "bare stream"


def run(session):
    runs = []
    for clients in RECEIVED_BARS:
        with session.stage() as stage:
            herd = Herd(session, stage, EDGES)
            load(session, herd, clients, requests=session.scaled(clients), sequential=True)
            for number in range(session.rounds):
                runs.append(bare(session, clients, number))
                runs.append(link(session, herd, clients, number))
    show(session, runs)
    judge(session, runs)


def load(session, herd, clients, **plan):
    figures = loads.reports(session, herd.servers[:1], depth=DEPTH, core=ANY_CORE,
                            clients=session.scaled(clients), **plan)
    herd.await_converged()
    return figures


def bare(session, clients, number):
    session.report.progress(f"{BARE}, round {number}")
    command = [session.program("herd-bench-stream"), "--batch", BATCH, "--seconds", session.seconds]
    return session.measure([], lambda: stream_figures(command), system=BARE, clients=clients,
                           round=number)


def stream_figures(command):
    said = json.loads(run_program(command, 60))
    return {"sent_us": said["sender_us"], "received_us": said["receiver_us"],
            "rate": said["records"] / said["seconds"]}


def link(session, herd, clients, number):
    session.report.progress(f"a link, {clients} clients, round {number}")
    return session.measure(herd.servers, lambda: link_figures(session, herd, clients),
                           system="link", clients=clients, round=number)


def link_figures(session, herd, clients):
    before = [machine.thread_cpu_seconds(each.process.pid, THREAD) for each in herd.servers]
    figures = load(session, herd, clients, seconds=session.seconds)
    sent, received = (
        (machine.thread_cpu_seconds(each.process.pid, THREAD) - used) * 1e6 / figures["requests"]
        for each, used in zip(herd.servers, before))
    return {**figures, "sent_us": sent, "received_us": received}


def show(session, runs):
    rows = []
    for clients in RECEIVED_BARS:
        for name in (BARE, "link"):
            own = select(runs, system=name, clients=clients)
            rows.append([f"{name}, {clients:,} clients" if name != BARE else name,
                         short(spread(own, "rate").median), with_range(spread(own, "sent_us")),
                         with_range(spread(own, "received_us"))])
    session.report.table("A link's updates; CPU microseconds for each",
                         ["one link", "updates/s", "to send", "to receive and apply"], rows)


def judge(session, runs):
    for clients, (received_us, times) in RECEIVED_BARS.items():
        own = select(runs, system="link", clients=clients)
        yardstick = select(runs, system=BARE, clients=clients)
        where = f"at {clients:,} clients"
        session.bar(f"link: CPU us to receive and apply an update {where}",
                    spread(own, "received_us"), at_most=received_us)
        session.bar(f"link: the same, x the bare stream's receiver, {where}",
                    ratio(own, yardstick, "received_us"), at_most=times)
        session.bar(f"link: CPU us to send an update {where}", spread(own, "sent_us"),
                    at_most=SENT_BAR[0])
        session.bar(f"link: the same, x the bare stream's sender, {where}",
                    ratio(own, yardstick, "sent_us"), at_most=SENT_BAR[1])
