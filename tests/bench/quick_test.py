#!/usr/bin/env python3
"""Runs the bench through with tiny sizes, and asserts no figure.

usage: quick_test.py PROGRAMS [unittest's arguments]
"""

import json
import os
import subprocess
import sys
import tempfile
import unittest

BENCH = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bench.py")
PROGRAMS = ""  # the folder with ours, from the command line


def bench(*words):
    return subprocess.run([sys.executable, "-B", BENCH, "--programs", PROGRAMS, *words],
                          capture_output=True, text=True, timeout=100, check=False)


class Quick(unittest.TestCase):
    def run_through(self, name):
        """What it writes as JSON."""
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "runs.json")
            done = bench(name, "--quick", "--only-own", "--json", path)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            with open(path, encoding="utf-8") as file:
                return json.load(file)

    def test_door_runs_all_depths_on_ours_and_on_the_floor(self):
        written = self.run_through("door")
        runs = {(run["system"], run["depth"]) for run in written["runs"]}
        for system in ("herd-server", "floor", "herd-server, 1 M clients"):
            for depth in (1, 16, 64):
                self.assertIn((system, depth), runs)
        for run in written["runs"]:
            self.assertEqual(run["refused"], 0)
            for figure in ("requests", "seconds", "rate", "cpu_us", "p50_us"):
                self.assertGreater(run[figure], 0, run)
        self.assertEqual(len([bar for bar in written["bars"] if "x floor" in bar["what"]]), 3)
        self.assertEqual(written["command"].split()[:3], ["./herd", "bench", "door"])

    def test_herd_runs_until_all_five_have_everything(self):
        runs = self.run_through("herd")["runs"]
        self.assertEqual([(run["depth"], run["system"].split()[-1]) for run in runs],
                         [(1, "neighbors"), (1, "local"), (16, "neighbors"), (16, "local")])
        for run in runs:
            self.assertGreater(run["settling_s"], 0)

    def test_the_log_loses_no_line(self):
        written = self.run_through("log")
        self.assertEqual(written["runs"][0]["lost_lines"], 0)

    def test_latency_is_measured_at_each_rate_and_at_the_far_end(self):
        runs = self.run_through("latency")["runs"]
        at_rates = [run for run in runs if run.get("target_rate")]
        self.assertEqual(len(at_rates), 3 * 4)
        for run in at_rates:
            self.assertEqual(run["errors"], {})
            self.assertGreater(run["p50_us"], 0)
        self.assertEqual(len([run for run in at_rates if "round_trips" in run]), 3)
        self.assertEqual(len(runs[-1]["delays_us"]), 5)
        self.assertGreater(runs[-1]["round_trips"], 0)

    def test_a_link_is_measured_beside_a_bare_stream(self):
        for run in self.run_through("link")["runs"]:
            self.assertGreater(run["sent_us"], 0)
            self.assertGreater(run["received_us"], 0)

    def test_a_server_catches_up_under_load(self):
        usual, meanwhile = self.run_through("catchup")["runs"]
        self.assertGreater(usual["p99_us"], 0)
        self.assertGreater(meanwhile["caught_up_s"], 0)

    def test_memory_and_idle_connections_are_counted(self):
        self.assertGreater(self.run_through("memory")["runs"][0]["bytes_per_client"], 0)
        self.assertEqual(len(self.run_through("idle")["runs"]), 4)

    def test_strangers_are_there_while_others_are_measured(self):
        runs = self.run_through("hostile")["runs"]
        self.assertEqual([run["system"] for run in runs[-6::2]],
                         ["alone", "beside strangers", "afterwards"])
        self.assertGreater(runs[-1]["resident_bytes"], 0)

    def test_watchers_are_told_and_one_that_does_not_read_catches_up(self):
        runs = self.run_through("watch")["runs"]
        self.assertGreater([run for run in runs if "told_rate" in run][0]["told_rate"], 0)
        [stalled] = [run for run in runs if "stalled_events" in run]
        self.assertGreater(stalled["stalled_events"], 0)

    def test_a_whatsat_from_memory_is_measured_beside_the_floor(self):
        runs = self.run_through("whatsat")["runs"]
        self.assertEqual({(run["system"], run["depth"]) for run in runs},
                         {(system, depth) for system in ("herd-server", "floor")
                          for depth in (1, 16)})
        for run in runs:
            self.assertEqual(run["refused"], 0)
            self.assertGreater(run["cpu_us"], 0)

    def test_places_are_asked_beside_a_bare_loop_and_with_faults(self):
        runs = self.run_through("places")["runs"]
        kinds = {run["kind"] for run in runs}
        self.assertEqual(kinds, {"distinct", "bare libcurl", "cached", "reports"})
        for run in runs:
            self.assertGreater(run["requests"], 0, run)


class Misuse(unittest.TestCase):
    def test_an_unknown_bench_is_named_beside_those_there_are(self):
        done = bench("dorr")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no bench dorr; there are door, threads,", done.stderr)

    def test_a_file_that_cannot_be_written_is_named(self):
        done = bench("whatsat", "--quick", "--json", "/nonesuch/runs.json")
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nonesuch/runs.json cannot be written", done.stdout)

    def test_programs_that_are_not_built_are_named(self):
        done = bench("door", "--quick", "--only-own", "--programs", "/nonesuch")
        self.assertEqual(done.returncode, 2)
        self.assertIn("door could not be finished: /nonesuch/herd-server cannot be", done.stdout)

    def test_help_lists_each_bench_with_its_purpose(self):
        listed = bench("--help").stdout
        for name in ("door", "threads", "memory", "herd", "latency", "catchup", "idle", "hostile",
                     "log", "watch", "whatsat", "places", "growth", "study"):
            self.assertRegex(listed, rf"\n  {name} +[A-Z]")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAMS = sys.argv.pop(1)
    unittest.main()
