#!/usr/bin/env python3
"""Builds the image of the programs that are built, and looks at what it is and what it may.

usage: image_test.py --tree TREE --programs FOLDER --folder FOLDER

The programs are those that all other tests run: to compile the tree once more, in the image's own
build stage, is for `./herd image`. Exit status 77: no container can be built here.
"""

import argparse
import json
import os
import re
import stat
import subprocess
import sys
import unittest

from containers import Containers, why_not

NOT_RUN = 77
MAX_BYTES = 150_000_000
arguments = None
containers = None


class Image(unittest.TestCase):
    def test_is_small(self):
        size = containers.inspect()["Size"]
        print(f"the image has {size / 1e6:.1f} MB")
        self.assertLess(size, MAX_BYTES)

    def test_says_what_it_is(self):
        labels = containers.inspect()["Labels"]
        label = {key.rpartition(".")[2]: value for key, value in labels.items()
                 if key.startswith("org.opencontainers.image.")}
        self.assertEqual(label["title"], "herd")
        self.assertEqual(label["licenses"], "Apache-2.0")
        self.assertRegex(label["revision"], "^([0-9a-f]{40})?$")
        built = subprocess.run([os.path.join(arguments.programs, "herd-server"), "--version"],
                               capture_output=True, text=True, check=True).stdout
        self.assertEqual(f"herd-server {label['version']}\n", built)
        self.assertEqual(containers.run("localhost/herd:test", "--version"), built)

    def test_runs_as_nobody_in_particular(self):
        config = containers.inspect()["Config"]
        self.assertEqual(config["User"], "65532:65532")
        self.assertEqual(config["StopSignal"], "SIGTERM")

    def test_has_the_programs_and_they_run_on_what_is_there(self):
        for program in ("herd-server", "herd-client", "herd-places"):
            said = containers.run("--entrypoint", program, "localhost/herd:test", "--version")
            self.assertTrue(said.startswith(program), said)
        herd = json.loads(containers.run("--entrypoint", "herd-client", "localhost/herd:test",
                                         "config"))
        self.assertEqual(len(herd["servers"]), 5)

    def test_has_no_shell_and_no_package_manager(self):
        for program in ("sh", "/bin/sh", "/usr/bin/apt-get", "/usr/bin/dpkg", "perl"):
            done = containers.call("--entrypoint", program, "localhost/herd:test")
            self.assertNotEqual(done.returncode, 0, program)
            self.assertRegex(done.stderr, "not found|no such file", program)

    def test_has_its_licences_and_nothing_that_lends_rights(self):
        with containers.files() as root:
            self.assertEqual(set(os.listdir(os.path.join(root, "opt/herd"))), {
                "herd-server", "herd-client", "herd-places", "places.tsv",
                "places-ATTRIBUTION.md", "LICENSE"})
            self.assertTrue(os.path.exists(os.path.join(
                root, "usr/share/doc/libgrpc29/copyright")))
            for folder, _, names in os.walk(root):
                for name in names:
                    mode = os.lstat(os.path.join(folder, name)).st_mode
                    self.assertFalse(mode & (stat.S_ISUID | stat.S_ISGID), name)

    def test_needs_no_privilege_and_no_file_that_can_be_written(self):
        # With no limit of its own: that the server starts and stops so is for the herd's test.
        done = containers.call("--cap-drop=all", "--security-opt=no-new-privileges",
                               "localhost/herd:test", "Goloman", "--log-file", "/opt/herd/log")
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, re.compile("read-only file system", re.IGNORECASE))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("tree", "programs", "folder"):
        parser.add_argument(f"--{name}", required=True)
    arguments, rest = parser.parse_known_args()
    reason = why_not()
    if reason is None:
        containers = Containers(arguments.folder)
        reason = containers.build(arguments.tree, arguments.programs)
    if reason is not None:
        print(f"no image: {reason}")
        sys.exit(NOT_RUN)
    unittest.main(argv=[sys.argv[0], *rest])
