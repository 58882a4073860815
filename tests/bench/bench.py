#!/usr/bin/env python3
"""Measures the herd beside the floor of the machine and beside well-known servers, in turns, and
holds the ratios against the goals.

usage: ./herd bench [NAME...] [--quick] [--rounds N] [--seconds S] [--json FILE] [--pictures DIR]
"""

import argparse
import datetime
import importlib.util
import os
import re
import shlex
import signal
import subprocess
import sys

import machine
import report as reports
from processes import BenchError
from session import Session

# In the order in which they run. What each of them shows is its module's first sentence.
ALL = ["door", "threads", "memory", "link", "herd", "latency", "catchup", "idle", "hostile", "log",
       "watch", "whatsat", "places"]
ON_REQUEST = ["growth", "study"]
HERE = os.path.dirname(os.path.abspath(__file__))
VERSIONS = {"Redis": ["redis-server", "--version"], "memcached": ["memcached", "--version"],
            "Node": ["node", "--version"], "Java": ["java", "-version"],
            "Python": [sys.executable, "--version"]}


def module(name):
    return importlib.import_module(f"benches.{name}")


def purpose(name):
    return re.split("[:;.]", module(name).__doc__)[0].replace("\n", " ")


def parse(words):
    known = ALL + ON_REQUEST
    listed = "\n".join(f"  {name:9}{purpose(name)}" for name in known)
    parser = argparse.ArgumentParser(
        prog="./herd bench", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__.split("\n\n")[0],
        epilog=f"benches ({', '.join(ON_REQUEST)} only when named):\n{listed}")
    parser.add_argument("names", nargs="*", metavar="NAME", help="which benches; most when none")
    parser.add_argument("--quick", action="store_true",
                        help="tiny sizes and one short round: to see that all works")
    parser.add_argument("--only-own", action="store_true",
                        help="leave out the yardsticks but for the floor")
    parser.add_argument("--rounds", type=positive_int, help="of all servers in turn; 3 by default")
    parser.add_argument("--seconds", type=positive_float, help="of one run; 3 by default")
    parser.add_argument("--json", metavar="FILE", help="where to write every single run")
    parser.add_argument("--pictures", metavar="DIR", help="where to write pictures, as SVG")
    parser.add_argument("--markdown", action="store_true", help="print tables for a page")
    parser.add_argument("--programs", default=os.path.join(HERE, "../../build/release/bin"),
                        metavar="DIR", help="where the built programs are")
    options = parser.parse_args(words)
    unknown = [name for name in options.names if name not in known]
    if unknown:
        parser.error(f"there is no bench {unknown[0]}; there are {', '.join(known)}")
    if options.pictures and importlib.util.find_spec("matplotlib") is None:
        parser.error("--pictures needs matplotlib for this Python; Debian's is python3-matplotlib")
    options.names = options.names or ALL
    options.rounds = options.rounds or (1 if options.quick else 3)
    options.seconds = options.seconds or (0.2 if options.quick else 3.0)
    return options


def positive_int(text):
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return int(text)


def positive_float(text):
    if not float(text) > 0:
        raise argparse.ArgumentTypeError(f"{text} is not above 0")
    return float(text)


def commit():
    done = subprocess.run(["git", "-C", HERE, "describe", "--always", "--dirty"],
                          capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def about(options, words):
    found = {name: machine.first_line(command) for name, command in VERSIONS.items()}
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": shlex.join(["./herd", "bench", *as_typed(words)]),
        "commit": commit(),
        "machine": machine.description(),
        "versions": {name: version for name, version in found.items() if version},
        "rounds": options.rounds,
        "seconds": options.seconds,
    }


def as_typed(words):
    """Without what the script adds."""
    return words[2:] if words[:1] == ["--programs"] else words


def introduce(report, facts):
    where = facts["machine"]
    report.say(f"{facts['command']}\n{facts['date']}, commit {facts['commit']}\n"
               f"{where['processor']}, {where['cores']} cores, {where['memory_gb']} GB, "
               f"{where['system']}, Linux {where['kernel']}")


def run_all(session, names):
    """Returns the names of those that could not be finished."""
    broken = []
    for name in names:
        session.begin(name)
        session.report.title(f"{name}: {purpose(name)}")
        try:
            module(name).run(session)
        except BenchError as error:
            session.report.note(f"{name} could not be finished: {error}")
            broken.append(name)
    return broken


def conclude(session):
    noisy = session.noisy()
    if noisy:
        worst = max(run["other_cores"] for run in noisy)
        session.report.note(
            f"in {len(noisy)} of {len(session.runs)} runs other programs used more than an eighth "
            f"of a core (up to {worst:.1f}); such figures are for orientation")
    if len(session.benches_run) > 1 and session.report.bars:
        session.report.title("Against the bars")
        for bar in session.report.bars:
            session.report.say(str(bar))
    if session.quick:
        session.report.note("--quick shows that all works; its figures say nothing")


def write(path, text):
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise BenchError(f"{path} cannot be written: {error.strerror}") from error


def main(words):
    """Exit status 0 when all bars are passed, or are not held against what --quick measured; 1 when
    not, 2 when something could not be measured."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # Servers end with their stages.
    options = parse(words)
    report = reports.Report(as_markdown=options.markdown)
    session = Session(options, report)
    facts = about(options, words)
    introduce(report, facts)
    broken = run_all(session, options.names)
    conclude(session)
    try:
        if options.json:
            write(options.json, reports.to_json(facts, report, session.runs))
        if options.pictures:
            importlib.import_module("pictures").draw(session.runs, facts, options.pictures, report)
    except BenchError as error:
        report.say(f"bench: {error}")
        return 2
    if broken:
        return 2
    return 1 if report.failed() and not options.quick else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
