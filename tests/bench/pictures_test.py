#!/usr/bin/env python3
"""Tests that each picture shows what was measured, and that none is drawn of nothing."""

import importlib.util
import io
import os
import tempfile
import unittest
import xml.etree.ElementTree

from report import Report

ABOUT = {"date": "2026-01-02T03:04:05+00:00", "command": "./herd bench door",
         "machine": {"processor": "a processor", "cores": 2, "kernel": "6.1"}}
LATENCIES = {"p50_us": 50, "p90_us": 90, "p99_us": 400, "p999_us": 900, "max_us": 2000}


def door_runs():
    return [{"bench": "door", "system": system, "depth": depth, "round": number,
             "rate": rate * depth + number}
            for system, rate in [("herd-server", 100_000), ("a rival", 20_000)]
            for depth in (1, 16, 64) for number in range(3)]


def latency_runs():
    return [{"bench": "latency", "system": system, "target_rate": rate, "round": 0, **LATENCIES}
            for system in ("floor", "one server") for rate in (1_000, 10_000)]


def growth_runs():
    return [{"bench": "growth", "system": system, "clients": size, "round": 0, "cpu_us": 0.5,
             "bytes_per_client": 90}
            for system, size in [("floor", 10_000), ("herd-server", 1_000), ("herd-server", 10_000)]]


@unittest.skipIf(importlib.util.find_spec("matplotlib") is None,
                 "matplotlib is not installed for this Python")
class Pictures(unittest.TestCase):
    def draw(self, runs):
        """File name to the words in the picture."""
        pictures = importlib.import_module("pictures")
        with tempfile.TemporaryDirectory() as folder:
            pictures.draw(runs, ABOUT, os.path.join(folder, "new"), Report(io.StringIO()))
            return {name: self.words(os.path.join(folder, "new", name))
                    for name in os.listdir(os.path.join(folder, "new"))}

    @staticmethod
    def words(path):
        return "\n".join(xml.etree.ElementTree.parse(path).getroot().itertext())

    def test_of_throughput_have_each_server_and_its_rate(self):
        words = self.draw(door_runs())["throughput.svg"]
        for wanted in ("herd-server", "a rival", "100,001", "6,400,001", "./herd bench door"):
            self.assertIn(wanted, words)

    def test_of_latency_have_each_rate_and_server(self):
        words = self.draw(latency_runs())["latency.svg"]
        for wanted in ("floor", "one server", "1,000 a second", "10,000 a second", "99.9"):
            self.assertIn(wanted, words)

    def test_of_growth_have_cpu_and_memory(self):
        words = self.draw(growth_runs())["growth.svg"]
        for wanted in ("CPU of a report", "bytes for each client"):
            self.assertIn(wanted, words)

    def test_are_drawn_only_of_what_was_measured(self):
        self.assertEqual(self.draw([]), {})
        self.assertEqual(list(self.draw(door_runs())), ["throughput.svg"])
        only_warm_up = [{**run, "warm_up": True} for run in door_runs()]
        self.assertEqual(self.draw(only_warm_up), {})


if __name__ == "__main__":
    unittest.main()
