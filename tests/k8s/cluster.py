"""As much of Kubernetes as five pods need: pods with addresses of their own, names for them, probes.

A pod is a container of the image, started with what the manifest says: arguments, environment, files
of its ConfigMap and Secret, user, read-only root file system, no capabilities. It has a network
namespace with an address that no pod had before, and finds the others by a hosts file that is
changed when one comes back elsewhere, as the cluster's DNS is.

Belongs in a network and process namespace of its own (see enter), so that nothing clashes, and
nothing is left whatever becomes of the test.
"""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time

from containers import IMAGE
from rendering import Rendering, source_of_volume

PATIENCE_SECONDS = 60
PROBE_SECONDS = 1
NETWORK = "10.78.0."
GATEWAY = NETWORK + "100"
FIRST_POD = 101
INSIDE = "HERD_TEST_CLUSTER_ENTERED"


def enter():
    """Starts this program again in namespaces of its own, and ends with its exit status."""
    # There, unshare has forked it as the first process.
    if os.environ.get(INSIDE) and os.getpid() == 1:
        return
    inside = dict(os.environ, **{INSIDE: "yes"})
    sys.exit(subprocess.run(
        ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child=KILL", "--mount-proc",
         sys.executable, "-B", *sys.argv], env=inside, check=False).returncode)


def command(*words):
    subprocess.run(words, check=True, capture_output=True)


def eventually(condition):
    """Whether it comes true; asks every hundredth of a second."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


class Network:
    """A bridge, and hosts on it."""

    def __init__(self):
        self.next = FIRST_POD
        os.makedirs("/run/netns", exist_ok=True)
        command("mount", "-t", "tmpfs", "tmpfs", "/run/netns")
        command("ip", "link", "set", "lo", "up")
        command("ip", "link", "add", "herd", "type", "bridge")
        command("ip", "address", "add", GATEWAY + "/24", "dev", "herd")
        command("ip", "link", "set", "herd", "up")

    def add(self):
        """A new host: the name of its namespace, and its address."""
        number, self.next = self.next, self.next + 1
        name, address = f"pod{number}", f"{NETWORK}{number}"
        command("ip", "netns", "add", name)
        command("ip", "link", "add", f"port{number}", "type", "veth", "peer", "name", "eth0",
                "netns", name)
        command("ip", "link", "set", f"port{number}", "master", "herd", "up")
        command("ip", "-n", name, "address", "add", address + "/24", "dev", "eth0")
        command("ip", "-n", name, "link", "set", "eth0", "up")
        command("ip", "-n", name, "link", "set", "lo", "up")
        return name, address

    def remove(self, name):
        command("ip", "netns", "delete", name)


def is_well(address, port, path):
    """Whether kubelet takes what an HTTP probe is answered for a success."""
    connection = http.client.HTTPConnection(address, port, timeout=PROBE_SECONDS)
    try:
        connection.request("GET", path)
        return 200 <= connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class Pod:
    """One container with an address; ends for good."""

    def __init__(self, cluster, name, template):
        self.cluster = cluster
        self.name = name
        self.template = template
        self.container = template["spec"]["containers"][0]
        self.host, self.address = cluster.network.add()
        self.started_at = time.monotonic()
        self.log = open(os.path.join(cluster.folder, f"{name}-{self.host}.log"), "wb")
        self.process = subprocess.Popen(
            cluster.containers.podman("run", *self.options(), IMAGE,
                                      *self.container.get("args", [])),
            stdout=self.log, stderr=subprocess.STDOUT, env=cluster.containers.environment)

    def options(self):
        security = self.template["spec"]["securityContext"]
        assert self.container["securityContext"]["readOnlyRootFilesystem"]
        yield from ("--rm", "--name", f"{self.name}-{self.host}", "--read-only",
                    "--read-only-tmpfs=false", "--cap-drop=all", "--security-opt=no-new-privileges",
                    f"--user={security['runAsUser']}:{security['runAsGroup']}", "--no-hosts",
                    f"--network=ns:/run/netns/{self.host}",
                    f"--volume={self.cluster.hosts}:/etc/hosts:ro")
        if "command" in self.container:
            yield f"--entrypoint={self.container['command'][0]}"
        for variable in self.container.get("env", []):
            assert variable["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"
            yield f"--env={variable['name']}={self.name}"
        volumes = {volume["name"]: volume for volume in self.template["spec"].get("volumes", [])}
        for mount in self.container.get("volumeMounts", []):
            folder = self.cluster.folder_of(source_of_volume(volumes[mount["name"]]))
            yield f"--volume={folder}:{mount['mountPath']}:ro"

    def port(self, name):
        return next(port["containerPort"] for port in self.container["ports"]
                    if port["name"] == name)

    def passes(self, probe):
        """Whether that probe of the manifest succeeds now."""
        asked = self.container[probe]["httpGet"]
        return is_well(self.address, self.port(asked["port"]), asked["path"])

    def accepts(self, port):
        try:
            socket.create_connection((self.address, self.port(port)), 1).close()
            return True
        except OSError:
            return False

    def terminate(self):
        """As kubelet, which first waits as preStop says; here that wait is left out. The exit
        status."""
        self.process.send_signal(signal.SIGTERM)
        return self.end()

    def kill(self):
        subprocess.run(self.cluster.containers.podman("kill", "--signal=KILL",
                                                      f"{self.name}-{self.host}"),
                       env=self.cluster.containers.environment, check=True, capture_output=True)
        return self.end()

    def end(self):
        status = self.process.wait(PATIENCE_SECONDS)
        self.log.close()
        self.cluster.network.remove(self.host)
        return status


class Cluster:
    def __init__(self, containers, objects, folder, network):
        self.containers = containers
        self.rendering = Rendering(objects)
        self.folder = folder
        self.network = network
        self.hosts = os.path.join(folder, "hosts")
        self.names = {}
        self.pods = {}
        with open(self.hosts, "w", encoding="utf-8"):
            pass

    def folder_of(self, source):
        """A folder with the files of that ConfigMap or Secret."""
        folder = os.path.join(self.folder, "-".join(source))
        if not os.path.isdir(folder):
            os.makedirs(folder)
            for name, text in self.rendering.files(*source).items():
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(text)
        return folder

    def start(self, kind, workload, pod, dns):
        """A pod of that workload under that name, with an address that none had before, which is
        told under the name `dns`."""
        template = self.rendering.find(kind, workload)["spec"]["template"]
        self.pods[pod] = Pod(self, pod, template)
        self.names[dns] = self.pods[pod].address
        # In place, since the file is mounted, and all in one write; addresses are of one length.
        text = "".join(f"{address} {name}\n" for name, address in sorted(self.names.items()))
        with open(self.hosts, "r+b", buffering=0) as file:
            file.write(text.encode())
        return self.pods[pod]

    def start_server(self, number):
        return self.start("StatefulSet", "herd", f"herd-{number}", f"herd-{number}.herd-peers")

    def stop(self):
        for pod in self.pods.values():
            if pod.process.poll() is None:
                pod.process.send_signal(signal.SIGTERM)
        for pod in self.pods.values():
            if pod.process.poll() is None:
                pod.process.wait(PATIENCE_SECONDS)
