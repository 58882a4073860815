"""The image, built and run without a registry: a root file system by mmdebstrap is its base.

Everything lies in a folder of the build's own, and is kept there: building anew takes seconds when
neither the programs nor the libraries have changed.
"""

import contextlib
import fcntl
import json
import os
import shutil
import subprocess

TOOLS = ("mmdebstrap", "buildah", "podman", "runc", "unshare", "ip", "strip")
IMAGE = "localhost/herd:test"
# Fewer than the machine may allow: some refuse the default, which is more than they have.
CONTAINERS_CONF = """[containers]
default_ulimits = ["nofile=20000:20000", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
"""


def why_not():
    """Why no container can be built or run here, or None."""
    if os.geteuid() != 0:
        return "only root may build and run containers here"
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    return f"not installed: {', '.join(missing)}" if missing else None


class Containers:
    def __init__(self, folder):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self.conf = os.path.join(folder, "containers.conf")
        with open(self.conf, "w", encoding="utf-8") as file:
            file.write(CONTAINERS_CONF)
        self.environment = dict(os.environ, CONTAINERS_CONF=self.conf)
        self.storage = ["--root", os.path.join(folder, "storage"),
                        "--runroot", os.path.join(folder, "run")]

    def podman(self, *words):
        return ["podman", *self.storage, "--tmpdir", os.path.join(self.folder, "tmp"), *words]

    def run(self, *words, **options):
        """What `podman run` of a container of the image says; it must succeed."""
        return self.call(*words, check=True, **options).stdout

    def call(self, *words, check=False, **options):
        return subprocess.run(self.podman("run", "--rm", "--read-only", "--network=none", *words),
                              env=self.environment, capture_output=True, text=True, check=check,
                              **options)

    def inspect(self):
        done = subprocess.run(self.podman("image", "inspect", IMAGE), env=self.environment,
                              capture_output=True, text=True, check=True)
        return json.loads(done.stdout)[0]

    @contextlib.contextmanager
    def files(self):
        """The folder where the image's files lie, meanwhile."""
        def mount(verb):
            return subprocess.run(self.podman("image", verb, IMAGE), env=self.environment,
                                  capture_output=True, text=True, check=True).stdout.strip()
        try:
            yield mount("mount")
        finally:
            mount("unmount")

    def has_image(self):
        return subprocess.run(self.podman("image", "exists", IMAGE), env=self.environment,
                              check=False).returncode == 0

    def base(self):
        """The archive of a Debian with the libraries already in it, or None if it cannot be made."""
        archive = os.path.join(self.folder, "base.tar")
        if not os.path.exists(archive):
            done = subprocess.run(
                ["mmdebstrap", "--variant=apt", "--include=libgrpc++1.51,libprotobuf32,libcurl4,"
                 "libspdlog1.10,libsimdjson14,libcpp-httplib0.11,ca-certificates", "bookworm",
                 archive + ".new"], capture_output=True, text=True, check=False)
            if done.returncode:
                print(done.stderr)
                return None
            os.rename(archive + ".new", archive)
        return archive

    def build(self, tree, programs):
        """Builds the image of these programs. None, or why it cannot be."""
        # Two test runs at once build it one after the other.
        with open(os.path.join(self.folder, "lock"), "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            archive = self.base()
            if archive is None:
                return "mmdebstrap makes no Debian here"
            done = subprocess.run(
                [os.path.join(tree, "k8s/image/build.sh"), "--base-archive", archive, "--programs",
                 programs, "--tag", IMAGE, "--builder",
                 " ".join(["buildah", *self.storage])],
                env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stdout + done.stderr)
        return None
