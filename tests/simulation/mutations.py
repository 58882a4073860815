#!/usr/bin/env python3
"""Breaks the code that decides, one line at a time, and sees whether the simulation finds it.

usage: mutations.py [--check] [--build DIR] [--seeds N] [NAME...]

Each mutation below is applied to a copy of the tree in DIR, from which herd-simulation is built and
run. All must be found within N seeds. With --check nothing is built: each mutation's text must
stand exactly once in its file, so that the table keeps up with the code.

mutation.h breaks what surrounds that code instead.
"""

import argparse
import filecmp
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPIED = ["CMakeLists.txt", "CMakePresets.json", "proto", "server", "frontend", "client", "tests"]
UNBROKEN_SEEDS = 500
MOST_SECONDS = 900  # of one run; a mutation may make a herd talk for ever


class Edit(NamedTuple):
    file: str  # under server/
    old: str
    new: str


class Mutation:
    def __init__(self, name, *edits, breaks=None):
        self.name = name
        self.breaks = breaks  # the invariant that has to be violated; None: any
        if isinstance(edits[0], str):
            edits = [Edit(*edits)]
        self.edits = edits


# Streams keep their order, so that a gap has to be made. By itself it is healed, and costs a delivery.
LEAVE_GAPS = Edit("peer/outbound_link.cc",
                  "if (vector[origin] <= Covered(origin) || !IsWanted(origin)) continue;",
                  "if (vector[origin] <= Covered(origin) || !IsWanted(origin)) continue;"
                  "if (Covered(origin) % 5 == 4 && vector[origin] > Covered(origin) + 1) "
                  "++covered_[origin];")

MUTATIONS = [
    # The order of updates.
    Mutation("forget the tie-break by origin", "state/store.cc",
             "return origins_[origin].id > origins_[record.origin()].id;", "return true;"),
    Mutation("let the older update win", "state/store.cc",
             "return update.fix.time > record.time();", "return update.fix.time < record.time();"),
    Mutation("let any update win", "state/store.cc",
             "if (entry.inserted || Supersedes(origin, updates[i], records_[entry.slot])) {",
             "{"),
    # How far an origin is had.
    Mutation("advance over a gap", LEAVE_GAPS,
             Edit("state/store.cc",
                  "if (after > state.through) return {.gap = true, .through = state.through};", ""),
             breaks="kept"),
    Mutation("advance beyond the range", "state/store.cc",
             "state.through = std::max(state.through, through);",
             "state.through = std::max(state.through, through + 1);"),
    Mutation("leave an update out", "state/store.cc",
             "if (record.IsUpdate(origin, after) && !visit(record)) return after;",
             "if (after % 7 != 0 && record.IsUpdate(origin, after) && "
             "!visit(record)) return after;"),
    Mutation("keep every log entry",
             Edit("state/update_log.h", "kBlockEntries = 1024", "kBlockEntries = 4"),
             Edit("state/update_log.cc",
                  "return live > 0 && live * 3 <= count.entries + next.entries && "
                  "live <= kBlockEntries &&",
                  "return live > count.entries + next.entries &&"),
             Edit("state/update_log.cc",
                  "if (index + 1 < bases_.size() && counts_[index].live == 0) EraseBlock(index);",
                  "")),
    # What is told.
    Mutation("forget to ask for a rewind", LEAVE_GAPS,
             Edit("peer/inbound_link.cc", "rewinds_.insert(*origin);", ""), breaks="quiet"),
    Mutation("tell of an update that is not there", "peer/inbound_link.cc",
             "have->set_through(vector[i]);", "have->set_through(vector[i] + 1);"),
    Mutation("tell nothing at leisure", "peer/inbound_link.cc",
             "const bool due = now >= told_at_ + kLeisure && HasNews(vector);",
             "const bool due = false;"),
    Mutation("take what was sent for what has arrived", "peer/outbound_link.cc",
             "return std::max(Get(shown_, origin), Acknowledged(origin)) >= through;",
             "return true;"),
    Mutation("push what a neighbor does not want", "peer/outbound_link.cc",
             "return IsEager(origin) || Covered(origin) < Get(repair_through_, origin);",
             "return true;"),
    Mutation("keep what was covered when a link ended", "peer/outbound_link.cc",
             "  covered_.clear();\n", ""),
    # When there is something to do.
    Mutation("wait for no news that can be told", "peer/flood.cc",
             "if (IsReady(i) || (IsInSync(i) && !IsAnswerDue())) return true;",
             "if (IsInSync(i) && !IsAnswerDue()) return true;"),
    Mutation("forget until when updates gather", "peer/flood.cc",
             "return IsGathering(link) ? link.gathers_until : link.inbound.Deadline(vector_);",
             "return link.inbound.Deadline(vector_);"),
    Mutation("let updates wait uncounted while an answer is due", "peer/flood.cc",
             "IsAnswerDue() ? last : now", "now"),
    # Who is waited for.
    Mutation("wait for nobody", "peer/in_sync.cc",
             "if (neighbor.in_sync) acknowledged = std::min(acknowledged, neighbor.acknowledged);",
             ""),
    Mutation("wait for the late for ever", "peer/in_sync.cc",
             "    neighbor.in_sync = false;\n    expired.push_back(i);\n", ""),
    Mutation("leave with what nobody has", "peer/flood.cc",
             "if (!legacy_) return false;", "return true;"),
    # From whom an origin is taken.
    Mutation("never pick another parent", "peer/parents.cc",
             "  ReplaceParent(origin, source);\n  return false;\n", "  return false;\n"),
    Mutation("take an origin from two", "peer/parents.cc",
             "if (parent != kNone) changes_.push_back({static_cast<std::size_t>(parent), origin, "
             "false});", ""),
    Mutation("keep a parent that is gone", "peer/parents.cc",
             "ReplaceParent(origin, best != kNone ? best : LikelySource(origin));", ""),
    Mutation("take an own origin", "peer/parents.cc",
             "if (origin == Store::kOwnOrigin) return;  // a repair brings those too", ""),
]


def check(mutation):
    for edit in mutation.edits:
        count = (ROOT / "server" / edit.file).read_text().count(edit.old)
        if count != 1:
            raise SystemExit(f"mutations.py: \"{mutation.name}\": its text stands {count} times in "
                             f"server/{edit.file}, and must stand there once:\n{edit.old}")


def apply(mutation, source):
    for edit in mutation.edits:
        path = source / "server" / edit.file
        path.write_text(path.read_text().replace(edit.old, edit.new))


def restore(mutation, source):
    for edit in mutation.edits:
        shutil.copyfile(ROOT / "server" / edit.file, source / "server" / edit.file)


def refresh(source, target):
    """Copies what differs, with a new time: an old one would hide the file from ninja."""
    if not (os.path.exists(target) and filecmp.cmp(source, target, shallow=False)):
        shutil.copyfile(source, target)


def make_copy(source):
    source.mkdir(parents=True, exist_ok=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, copy_function=refresh, dirs_exist_ok=True)
        else:
            refresh(ROOT / name, source / name)


def run(command, **options):
    return subprocess.run(command, capture_output=True, text=True, **options)


def must(command):
    done = run(command)
    if done.returncode != 0:
        raise SystemExit(done.stdout[-4000:] + done.stderr[-4000:])


def build_and_run(build, *options):
    must(["ninja", "-C", build, "herd-simulation"])
    return run([build / "bin" / "herd-simulation", *options], timeout=MOST_SECONDS)


def expect_unbroken(build):
    """Else whatever is found would prove nothing."""
    done = build_and_run(build, "--seeds", str(UNBROKEN_SEEDS))
    if done.returncode != 0:
        raise SystemExit(f"mutations.py: already the unbroken code has violations:\n{done.stdout}")


def find(mutation, source, build, seeds):
    """What the simulation says of a herd with that mutation: (whether it was found, in words)."""
    apply(mutation, source)
    try:
        of = ["--of", mutation.breaks] if mutation.breaks else []
        done = build_and_run(build, "--seeds", str(seeds), "--until-violated", *of)
    except subprocess.TimeoutExpired:
        return False, f"nothing in {MOST_SECONDS} s"
    finally:
        restore(mutation, source)
    found = re.search(r"^seed (\d+) violates \"([^\"]+)\"", done.stdout, re.MULTILINE)
    if found:
        return True, f"seed {found.group(1)}: {found.group(2)}"
    return False, f"not found (exit status {done.returncode})"


def parse_command_line():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these mutations")
    parser.add_argument("--check", action="store_true", help="only see that each can be applied")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "mutations")
    parser.add_argument("--seeds", type=int, default=1000)
    return parser.parse_args()


def main():
    options = parse_command_line()
    chosen = [m for m in MUTATIONS if not options.names or m.name in options.names]
    for mutation in chosen:
        check(mutation)
    if options.check:
        print(f"{len(chosen)} mutations can be applied")
        return 0
    source, build = options.build / "source", options.build / "release"
    make_copy(source)
    must(["cmake", "-S", source, "-B", build, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
          "-DCMAKE_CXX_FLAGS_RELEASE=-O2 -w"])
    expect_unbroken(build)
    missed = 0
    for mutation in chosen:
        begin = time.monotonic()
        found, what = find(mutation, source, build, options.seeds)
        missed += not found
        print(f"{'found ' if found else 'MISSED'}  {mutation.name:<44} {what}"
              f"  ({time.monotonic() - begin:.0f} s)", flush=True)
    print(f"{len(chosen) - missed} of {len(chosen)} mutations found within {options.seeds} schedules")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
