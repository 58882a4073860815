"""Starts the servers under test, knows when they are ready, and ends them: only what it started, by
its id, and always."""

import os
import random
import selectors
import shutil
import socket
import subprocess
import tempfile
import time

import machine

READY_SECONDS = 30


class BenchError(Exception):
    """Something that the person at the terminal has to know, in a sentence."""


def free_ports(count):
    """Ports of 127.0.0.1 that nobody listens on, below those that the kernel gives to clients."""
    held = []
    try:
        while len(held) < count:
            candidate = socket.socket()
            try:
                candidate.bind(("127.0.0.1", random.randrange(20000, 32000)))
            except OSError:
                candidate.close()
                continue
            held.append(candidate)
        return [each.getsockname()[1] for each in held]
    finally:
        for each in held:
            each.close()


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def pinned(command, core):
    """The command that runs it on that core."""
    # Of a command that does not exist, the operating system is to tell, and not taskset.
    if core is None or shutil.which(command[0]) is None:
        return command
    return ["taskset", "-c", str(core), *command]


class Process:
    """One child, on one core or on any, whose words go to a file. Ends when the stage is cleared."""

    def __init__(self, command, core=None, user=None, environment=None, stdin=subprocess.DEVNULL):
        self.command = [str(each) for each in command]
        self.log = tempfile.TemporaryFile()
        try:
            self.child = subprocess.Popen(
                pinned(self.command, core), stdin=stdin, stdout=subprocess.PIPE,
                stderr=self.log, user=user, env={**os.environ, **(environment or {})})
        except OSError as error:
            self.log.close()
            raise BenchError(f"{self.command[0]} cannot be started: {error.strerror}") from error

    @property
    def pid(self):
        return self.child.pid

    def words(self):
        self.log.seek(0)
        return self.log.read().decode(errors="replace").strip()

    def fail(self, what):
        self.stop()
        words = self.words() or "nothing"
        self.log.close()
        raise BenchError(f"{' '.join(self.command)}: {what}. It said: {words}")

    def await_port(self, port):
        self.wait_for(lambda: accepts(port), f"listen on port {port}")

    def await_file(self, path):
        self.wait_for(lambda: os.path.exists(path), f"make {path}")

    def wait_for(self, done, what):
        deadline = time.monotonic() + READY_SECONDS
        while not done():
            if self.child.poll() is not None:
                self.fail(f"ended with {self.child.returncode} and did not {what}")
            if time.monotonic() > deadline:
                self.fail(f"did not {what} within {READY_SECONDS} seconds")
            time.sleep(0.02)

    def listening_port(self):
        """From its first line, "listening on 127.0.0.1:PORT"."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.child.stdout, selectors.EVENT_READ)
            if not selector.select(READY_SECONDS):
                self.fail(f"did not say within {READY_SECONDS} seconds where it listens")
        line = self.child.stdout.readline().decode(errors="replace").strip()
        _, _, port = line.rpartition(":")
        if not line.startswith("listening on 127.0.0.1:") or not port.isdigit():
            self.fail(f'said "{line}" in place of where it listens')
        return int(port)

    def announced_url(self):
        """From its first line, "NAME: listening on URL"."""
        line = self.child.stdout.readline().decode(errors="replace").strip()
        _, _, url = line.rpartition(" ")
        if not url.startswith("http"):
            self.fail(f'said "{line}" in place of where it listens')
        return url

    def await_line(self, line):
        said = self.child.stdout.readline().decode(errors="replace").strip()
        if said != line:
            self.fail(f'said "{said}" in place of "{line}"')

    def cpu_seconds(self):
        return machine.cpu_seconds(machine.process_tree(self.pid))

    def kill(self):
        self.child.kill()
        self.child.wait()

    def stop(self):
        self.child.terminate()
        try:
            self.child.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()
        self.child.stdout.close()

    def close(self):
        """Stops it and forgets what it said."""
        self.stop()
        self.log.close()


def run(command, seconds, core=None, accepted=(0,)):
    """Runs it to its end and returns what it printed; its exit status must be among the accepted."""
    command = [str(each) for each in command]
    try:
        done = subprocess.run(pinned(command, core), capture_output=True, text=True, timeout=seconds,
                              check=False)
    except OSError as error:
        raise BenchError(f"{command[0]} cannot be started: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise BenchError(f"{' '.join(command)} did not end within {seconds:.0f} seconds") from error
    if done.returncode not in accepted:
        raise BenchError(f"{' '.join(command)} failed: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout
