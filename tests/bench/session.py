"""One session of measuring: what all benches share. They take their runs here, so that every single
one is kept."""

import os
import resource
import time

import loads
import machine
import systems
from figures import Bar

QUIET = 0.12  # cores that other programs may use in a run


class Session:
    def __init__(self, options, report):
        self.rounds = options.rounds
        self.seconds = options.seconds
        self.quick = options.quick
        self.only_own = options.only_own
        self.programs = options.programs
        self.server_core, self.generator_core = machine.cores()
        self.report = report
        self.benches_run = []
        self.runs = []

    def begin(self, bench):
        """What is measured from now on is that bench's."""
        self.benches_run.append(bench)

    def program(self, name):
        return os.path.join(self.programs, name)

    def has_program(self, name):
        return os.path.exists(self.program(name))

    def stage(self):
        return systems.Stage(self.programs)

    def scaled(self, number, least=1):
        """A size of an experiment, a hundredth of it for --quick."""
        return max(least, number // 100) if self.quick else number

    def start(self, stage, wanted, pinned=True):
        """Starts those systems that are installed; says of the others that they are left out."""
        servers = []
        for system in wanted:
            missing = system.missing()
            if missing:
                self.report.note(f"{system.name} is left out: {missing} is not installed")
                continue
            self.report.progress(f"starting {system.name}")
            servers.append(system.start(stage, self.server_core if pinned else None))
        return servers

    def preload(self, server, clients):
        """Makes the server know each client, with batches of 64."""
        self.report.progress(f"{server.name}: {clients} clients")
        return loads.reports(self, [server], depth=64, clients=clients, requests=clients,
                             sequential=True)

    def measure(self, servers, load, **facts):
        """Runs `load`, a function that gives a run's figures, beside the servers; adds what the
        servers used, and keeps it all. `facts` say what was measured."""
        busy, started = machine.busy_seconds(), time.monotonic()
        used, own = self.cpu_of(servers), own_cpu_seconds()
        run = {"bench": self.benches_run[-1], **facts, **load()}
        served = self.cpu_of(servers) - used
        generated = own_cpu_seconds() - own
        elapsed = time.monotonic() - started
        run["cpu_seconds"] = served
        if run.get("requests"):
            run["cpu_us"] = served * 1e6 / run["requests"]
            run["generator_cpu_us"] = generated * 1e6 / run["requests"]
        run["other_cores"] = max(
            0.0, (machine.busy_seconds() - busy - served - generated) / elapsed)
        self.runs.append(run)
        return run

    @staticmethod
    def cpu_of(servers):
        return sum(each.cpu_seconds() for each in servers)

    def closed_loop(self, server, facts, **plan):
        """One run of herd-bench-load against one server."""
        self.report.progress(" ".join(f"{key} {value}" for key, value in facts.items()))
        return self.measure([server], lambda: loads.reports(self, [server], **plan), **facts)

    def bar(self, what, measured, at_most=None, at_least=None):
        """Holds a figure against its bar; what could not be measured has none."""
        if measured is None:
            self.report.note(f"not measured: {what}")
            return
        limit = at_least if at_most is None else at_most
        self.report.bar(Bar(what, at_most is not None, limit, measured))

    def noisy(self):
        return [run for run in self.runs if run["other_cores"] > QUIET]


def own_cpu_seconds():
    """Of this process and of the children that have ended, which are the generators."""
    return sum(usage.ru_utime + usage.ru_stime for usage in
               (resource.getrusage(resource.RUSAGE_SELF),
                resource.getrusage(resource.RUSAGE_CHILDREN)))
