"""The servers that are measured: ours, the floor, the yardsticks and the study's. Each is started anew
for a bench, alone on its core, on a free port of loopback, and without persistence unless that is
what it is measured for."""

import contextlib
import getpass
import json
import os
import pwd
import shutil
import socket
import sys
import tempfile

import machine
from processes import BenchError, Process, free_ports, run

STUDY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "study")
KEY = "AIzaSyD-0123456789abcdefghijklmnopqrstu"  # as Google's look
NOWHERE = "http://127.0.0.1:9"  # Places, for benches that do not ask


class Server:
    """A running server, and how to speak to it."""

    def __init__(self, name, protocol, port, process, *others):
        self.name = name
        self.protocol = protocol  # of herd-bench-load
        self.port = port
        self.process = process
        self.others = others  # processes that work for it

    def cpu_seconds(self):
        return sum(each.cpu_seconds() for each in (self.process, *self.others))

    def resident_bytes(self):
        return machine.resident_bytes(self.process.pid)


class System:
    """A server that can be started."""

    def __init__(self, name, start, needs=()):
        self.name = name
        self.start = start  # (Stage, core) -> Server
        self.needs = needs  # commands and files

    def missing(self):
        """What is not here, or None."""
        for each in self.needs:
            if shutil.which(each) is None and not os.path.exists(each):
                return each
        return None


class Stage(contextlib.ExitStack):
    """Where servers stand; when it is left, all are stopped and their files gone."""

    def __init__(self, programs):
        super().__init__()
        self.programs = programs  # folder of our programs

    def program(self, name):
        return os.path.join(self.programs, name)

    def process(self, command, **options):
        process = Process(command, **options)
        self.callback(process.close)
        return process

    def folder(self, parent=None):
        path = tempfile.mkdtemp(prefix="herd-bench-", dir=parent)
        self.callback(shutil.rmtree, path, ignore_errors=True)
        return path

    def file(self, name, text):
        path = os.path.join(self.folder(), name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


def herd_file(stage, edges):
    """A herd's configuration on free ports: name to neighbors. Returns (path, the configuration)."""
    ports = iter(free_ports(3 * len(edges)))
    servers = [{"name": name, "host": "127.0.0.1", "client_port": next(ports),
                "propagate_port": next(ports), "operator_port": next(ports),
                "neighbors": neighbors} for name, neighbors in edges.items()]
    config = {"servers": servers}
    return stage.file("herd.json", json.dumps(config)), config


def start_herd_server(stage, path, server, core=None, flags=(), places_url=NOWHERE):
    process = stage.process(
        [stage.program("herd-server"), server["name"], "--config", path, "--places-url", places_url,
         "--places-api", "legacy", *flags], core=core, environment={"HERD_PLACES_KEY": KEY})
    process.await_port(server["client_port"])
    started = Server(server["name"], "iamat", server["client_port"], process)
    started.operator_port = server["operator_port"]
    return started


def ours(name="herd-server", flags=(), places_url=NOWHERE):
    def start(stage, core):
        path, config = herd_file(stage, {"Goloman": []})
        server = start_herd_server(stage, path, config["servers"][0], core, flags, places_url)
        server.name = name
        return server
    return System(name, start)


def announcing(name, command, needs=()):
    """A server that says first where it listens. The command is a function of the stage."""
    def start(stage, core):
        process = stage.process([*command(stage), "--port", "0"], core=core)
        return Server(name, "iamat", process.listening_port(), process)
    return System(name, start, needs)


def floor(flags=()):
    return announcing("floor", lambda stage: [stage.program("herd-floor"), *flags])


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=10)


def places_upstream(stage, core, flags=()):
    """herd-bench-upstream. Returns its URL."""
    process = stage.process([stage.program("herd-bench-upstream"), *flags], core=core)
    return f"http://127.0.0.1:{process.listening_port()}"


def on_port(name, protocol, command, needs):
    def start(stage, core):
        [port] = free_ports(1)
        process = stage.process(command(port), core=core)
        process.await_port(port)
        return Server(name, protocol, port, process)
    return System(name, start, needs)


def redis(name, protocol):
    return on_port(name, protocol, lambda port: [
        "redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
    ], ["redis-server"])


def memcached_command(port):
    as_nobody = ["-u", "nobody"] if os.geteuid() == 0 else []
    # -R: requests of one connection in a turn, so that depth 64 is no handicap.
    return ["memcached", "-p", port, "-l", "127.0.0.1", "-U", 0, "-t", 1, "-m", 2048, "-R", 100,
            *as_nobody]


def study_file(name):
    return os.path.join(STUDY, name)


def python(name):
    return lambda _: [sys.executable, "-B", study_file(name)]


def java(stage):
    """Compiled beforehand, so that no compiler's memory is counted."""
    classes = stage.folder()
    run(["javac", "-d", classes, study_file("JavaNio.java")], 60)
    return ["java", "-XX:+UseSerialGC", "-cp", classes, "JavaNio"]


REDIS_SET = redis("Redis SET", "redis-set")
REDIS_GEOADD = redis("Redis GEOADD", "redis-geoadd")
MEMCACHED = on_port("memcached set", "memcached-set", memcached_command, ["memcached"])
STREAMS = announcing("asyncio streams", python("asyncio_streams.py"))
PROTOCOL = announcing("asyncio Protocol", python("asyncio_protocol.py"))
NODE = announcing("Node net", lambda _: ["node", study_file("node_net.js")], ["node"])
JAVA = announcing("Java NIO", java, ["java", "javac"])
YARDSTICKS = [REDIS_SET, REDIS_GEOADD, MEMCACHED]
RIVALS = [STREAMS, PROTOCOL, NODE, JAVA]


# --- the central server ---------------------------------------------------------------------------

def postgres_program(name):
    """Debian keeps them out of the path, in a folder for each version."""
    versions = "/usr/lib/postgresql"
    if os.path.isdir(versions):
        for version in sorted(os.listdir(versions), key=lambda each: -int(each)):
            path = os.path.join(versions, version, "bin", name)
            if os.path.exists(path):
                return path
    return None


def database_user():
    """PostgreSQL does not run as root."""
    if os.geteuid() != 0:
        return getpass.getuser()
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise BenchError("there is no user postgres or nobody to run PostgreSQL as")


def start_database(stage, core, settings):
    """A database of its own on a disk, not in memory, with a socket in its folder and no port."""
    user = database_user()
    folder = stage.folder("/var/tmp")
    os.chmod(folder, 0o755)
    data = os.path.join(folder, "data")
    os.mkdir(data, 0o700)
    if os.geteuid() == 0:
        for path in (folder, data):
            shutil.chown(path, user)
    made = stage.process([postgres_program("initdb"), "-D", data, "-A", "trust", "-U", user],
                         user=user if os.geteuid() == 0 else None)
    if made.child.wait(60) != 0:
        made.fail("failed")
    process = stage.process(
        [postgres_program("postgres"), "-D", data, "-k", folder, "-c", "listen_addresses=",
         *[word for each in settings for word in ("-c", each)]],
        core=core, user=user if os.geteuid() == 0 else None)
    process.await_file(os.path.join(folder, ".s.PGSQL.5432"))
    return process, folder, user


def central(name, settings=()):
    def start(stage, core):
        database, folder, user = start_database(stage, core, settings)
        front = stage.process([sys.executable, "-B", study_file("central_server.py"), "--port", "0",
                               "--database-directory", folder, "--database-user", user], core=core)
        server = Server(name, "iamat", front.listening_port(), front, database)
        server.stored_bytes = lambda: int(run(
            ["psql", "-h", folder, "-U", user, "-At", "-d", "postgres", "-c",
             "SELECT pg_total_relation_size('newest')"], 60))
        return server
    return System(name, start, [postgres_program("postgres") or "postgresql", "psql"])


CENTRAL = central("central, PostgreSQL")
CENTRAL_HASTY = central("central, no wait for the disk", ["synchronous_commit=off"])
