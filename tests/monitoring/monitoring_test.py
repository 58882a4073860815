#!/usr/bin/env python3
"""Reads a running server's metrics as Prometheus does, and holds the alert rules and the dashboard of
k8s/monitoring against them.

usage: monitoring_test.py --promtool PROMTOOL --server HERD_SERVER --monitoring FOLDER

Exit status 77: all that could be tested is well, but there is no promtool, which `./herd test` unpacks
where it can.
"""

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

import yaml

NOT_RUN = 77
PATIENCE_SECONDS = 30
HOST = f"127.{os.getpid() >> 14 & 0xFF | 0x40}.{os.getpid() >> 7 & 0x7F}.{os.getpid() & 0x7F or 1}"
HERE = os.path.dirname(os.path.abspath(__file__))
ALERT_TESTS = os.path.join(HERE, "herd-alerts-test.yaml")
NAME = re.compile(r"\b(?:herd|process)_[a-z_]+")
SELECTOR = re.compile(r"\{([^{}]*)\}")
MATCHER = re.compile(r'([a-z_]+)\s*(?:=~|!=|!~|=)\s*"([^"]*)"')
# Of Prometheus itself, and what the dashboard fills in.
FOREIGN_LABELS = {"instance", "job"}
arguments = None


def has_promtool():
    return os.access(arguments.promtool, os.X_OK)


def promtool(*words, text=None):
    return subprocess.run([arguments.promtool, *words], input=text, capture_output=True, text=True,
                          timeout=PATIENCE_SECONDS, check=False)


def in_folder(name):
    return os.path.join(arguments.monitoring, name)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Server:
    """One whose two neighbours, of which one speaks text, are not there."""

    def __init__(self, folder):
        sockets = [socket.create_server((HOST, 0)) for _ in range(9)]
        ports = [each.getsockname()[1] for each in sockets]
        for each in sockets:
            each.close()
        keys = ["client_port", "propagate_port", "operator_port", "metrics_port"]
        servers = [{"name": "North", "host": HOST, "neighbors": ["South", "West"],
                    **dict(zip(keys, ports[:4]))},
                   {"name": "South", "host": HOST, **dict(zip(keys, ports[4:]))},
                   {"name": "West", "host": HOST, "text": True, "client_port": ports[8]}]
        self.client_port, self.metrics_port = ports[0], ports[3]
        file = os.path.join(folder, "herd.json")
        with open(file, "w", encoding="utf-8") as out:
            json.dump({"servers": servers}, out)
        self.process = subprocess.Popen(
            [arguments.server, "North", "--config", file, "--listen", HOST, "--metrics-listen", HOST,
             "--places-url", "http://127.0.0.1:1", "--leave-seconds", "1",
             "--log-file", os.path.join(folder, "log")])

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)

    def scrape(self):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"http://{HOST}:{self.metrics_port}/metrics",
                                            timeout=PATIENCE_SECONDS) as reply:
                    return reply.read().decode()
            except urllib.error.URLError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def converse(self, lines):
        where = (HOST, self.client_port)
        with socket.create_connection(where, PATIENCE_SECONDS) as connection:
            connection.sendall(lines.encode())
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(1 << 16):
                pass


def names_in(page):
    """The names of all samples."""
    return {re.match(r"[a-zA-Z_:]+", line)[0]
            for line in page.splitlines() if line and line[0] != "#"}


def label_values_in(page):
    values = {}
    for selector in SELECTOR.findall(page):
        for label, value in MATCHER.findall(selector):
            values.setdefault(label, set()).add(value)
    return values


def expressions():
    """All that the alert rules and the dashboard ask Prometheus, by where it stands."""
    for group in yaml.safe_load(read(in_folder("herd-alerts.yaml")))["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    dashboard = json.loads(read(in_folder("herd-dashboard.json")))
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]
    for variable in dashboard["templating"]["list"]:
        yield variable["name"], variable.get("definition", "")
    for annotation in dashboard["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]


class Scrape(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        server = Server(folder.name)
        cls.addClassCleanup(server.stop)
        server.scrape()
        server.converse("IAMAT kiwi +34.068930-118.445127 1520023934.5\nWHATSAT kiwi 10 5\nhello\n")
        cls.page = server.scrape()

    def test_promtool_finds_nothing_to_say(self):
        if not has_promtool():
            self.skipTest("no promtool")
        checked = promtool("check", "metrics", text=self.page)
        self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    def test_every_family_has_a_help_and_begins_as_it_should(self):
        for name in re.findall(r"^# TYPE (\S+) ", self.page, re.MULTILINE):
            self.assertRegex(name, r"^(herd|process)_")
            self.assertIn(f"# HELP {name} ", self.page)

    def test_rules_and_dashboard_name_metrics_that_exist(self):
        names = names_in(self.page)
        for place, expression in expressions():
            without_labels = SELECTOR.sub("", expression)
            for name in NAME.findall(without_labels):
                self.assertIn(name, names, f"{place}: {expression}")

    def test_rules_and_dashboard_name_labels_that_exist(self):
        values = label_values_in(self.page)
        for place, expression in expressions():
            for selector in SELECTOR.findall(expression):
                for label, value in MATCHER.findall(selector):
                    if label in FOREIGN_LABELS:
                        continue
                    self.assertIn(label, values, f"{place}: {expression}")
                    for word in value.split("|"):
                        self.assertIn(word, values[label], f"{place}: {expression}")

    def test_nothing_is_told_of_single_clients(self):
        self.assertNotIn("kiwi", self.page)


class AlertRules(unittest.TestCase):
    def setUp(self):
        if not has_promtool():
            self.skipTest("no promtool")

    def assert_well(self, done):
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_load(self):
        self.assert_well(promtool("check", "rules", in_folder("herd-alerts.yaml")))
        self.assert_well(promtool("check", "config", in_folder("prometheus.yaml")))

    def test_fire_when_they_should_and_only_then(self):
        # A test names its rules by a path beside itself.
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(in_folder("herd-alerts.yaml"), folder)
            test = shutil.copy(ALERT_TESTS, folder)
            self.assert_well(promtool("test", "rules", test))


class AlertTests(unittest.TestCase):
    def test_have_a_case_that_fires_and_one_that_does_not_for_each_alert(self):
        fires, silent = set(), set()
        for test in yaml.safe_load(read(ALERT_TESTS))["tests"]:
            for case in test["alert_rule_test"]:
                (fires if case.get("exp_alerts") else silent).add(case["alertname"])
        rules = yaml.safe_load(read(in_folder("herd-alerts.yaml")))["groups"][0]["rules"]
        alerts = {rule["alert"] for rule in rules}
        self.assertEqual(fires, alerts)
        self.assertEqual(silent, alerts)


class Dashboard(unittest.TestCase):
    def setUp(self):
        self.dashboard = json.loads(read(in_folder("herd-dashboard.json")))

    def test_has_panels_with_numbers_of_their_own_that_do_not_overlap(self):
        panels = self.dashboard["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        cells = set()
        for panel in panels:
            at = panel["gridPos"]
            self.assertLessEqual(at["x"] + at["w"], 24, panel["title"])
            covered = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                       for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(cells & covered, panel["title"])
            cells |= covered

    def test_asks_what_prometheus_understands(self):
        if not has_promtool():
            self.skipTest("no promtool")
        asked = [expression.replace("$__rate_interval", "1m").replace("$instance", ".*")
                 for _, expression in expressions() if not expression.startswith("label_values")]
        rules = [{"record": f"asked_{i}", "expr": expression}
                 for i, expression in enumerate(filter(None, asked))]
        with tempfile.TemporaryDirectory() as folder:
            file = os.path.join(folder, "rules.yaml")
            with open(file, "w", encoding="utf-8") as out:
                yaml.safe_dump({"groups": [{"name": "asked", "rules": rules}]}, out)
            checked = promtool("check", "rules", file)
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--promtool", required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--monitoring", required=True)
    arguments, rest = parser.parse_known_args()
    result = unittest.main(argv=[sys.argv[0], *rest], exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    if not has_promtool():
        print(f"there is no {arguments.promtool}; ./herd test unpacks it where apt-get can")
        sys.exit(NOT_RUN)
