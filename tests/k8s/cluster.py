"""As much of Kubernetes as five pods need: pods with addresses of their own, names for them, probes.

A pod is a container of the image, started with what the manifest says: arguments, environment, files
of its ConfigMaps and Secrets, user, read-only root file system, no capabilities. It has a network
namespace with an address that no pod had before, and finds the others by a DNS, which tells of a pod
from its start to its end.

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
from names import Names
from relations import arguments_in
from rendering import sources_of_volume
from volumes import write_volume

PATIENCE_SECONDS = 60
PROBE_SECONDS = 1
NETWORK = "10.78.0."
GATEWAY = NETWORK + "100"
FIRST_POD = 101
NAMESPACE = "herd"
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
        self.names = Names(GATEWAY, NAMESPACE)

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

    def cut(self, name):
        """From here on nothing goes to that host or comes from it, and nobody is told."""
        command("ip", "link", "set", name.replace("pod", "port"), "down")

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

    def __init__(self, cluster, name, dns, template):
        self.cluster = cluster
        self.name = name
        self.dns = dns
        self.template = template
        self.container = template["spec"]["containers"][0]
        self.host, self.address = cluster.network.add()
        cluster.names.put(dns, self.address)
        self.started_at = time.monotonic()
        self.log = open(os.path.join(cluster.folder, f"{name}-{self.host}.log"), "wb")
        self.process = subprocess.Popen(
            cluster.containers.podman("run", *self.options(), IMAGE,
                                      *arguments_in(self.container, name)),
            stdout=self.log, stderr=subprocess.STDOUT, env=cluster.containers.environment)

    def options(self):
        security = self.template["spec"]["securityContext"]
        assert self.container["securityContext"]["readOnlyRootFilesystem"]
        yield from ("--rm", "--name", f"{self.name}-{self.host}", "--read-only",
                    "--read-only-tmpfs=false", "--cap-drop=all", "--security-opt=no-new-privileges",
                    f"--user={security['runAsUser']}:{security['runAsGroup']}", "--no-hosts",
                    f"--network=ns:/run/netns/{self.host}",
                    f"--volume={self.cluster.resolv_conf}:/etc/resolv.conf:ro")
        if "command" in self.container:
            yield f"--entrypoint={self.container['command'][0]}"
        for variable in self.container.get("env", []):
            assert variable["valueFrom"]["fieldRef"]["fieldPath"] == "metadata.name"
            yield f"--env={variable['name']}={self.name}"
        volumes = {volume["name"]: volume for volume in self.template["spec"].get("volumes", [])}
        for mount in self.container.get("volumeMounts", []):
            folder = self.cluster.folder_of(volumes[mount["name"]], security)
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

    def vanish(self):
        """As with its node: who has a connection with it is told nothing."""
        self.cluster.network.cut(self.host)
        return self.kill()

    def end(self):
        status = self.process.wait(PATIENCE_SECONDS)
        self.log.close()
        self.cluster.names.remove(self.dns)
        self.cluster.network.remove(self.host)
        return status


class Cluster:
    def __init__(self, containers, rendering, folder, network, secrets):
        """`secrets` are those that are not rendered: name to text by key."""
        self.containers = containers
        self.rendering = rendering
        self.folder = folder
        self.network = network
        self.secrets = secrets
        self.names = network.names
        self.names.forget()
        self.resolv_conf = os.path.join(folder, "resolv.conf")
        with open(self.resolv_conf, "w", encoding="utf-8") as file:
            file.write(self.names.resolv_conf())
        self.pods = {}

    def folder_of(self, volume, security):
        """The folder with the files of that volume, which all pods share."""
        folder = os.path.join(self.folder, volume["name"])
        if not os.path.isdir(folder):
            self.write(folder, volume, security)
        return folder

    def write(self, folder, volume, security):
        files = {}
        for kind, name, paths in sources_of_volume(volume):
            found = self.rendering.files(kind, name)
            found = self.secrets[name] if found is None else found
            for key, path in (paths or {key: key for key in found}).items():
                files[path] = found[key]
        source = volume.get("projected") or volume.get("secret") or volume["configMap"]
        write_volume(folder, files, source.get("defaultMode", 0o644), security.get("fsGroup", 0))

    def replace_secrets(self, secrets):
        """Running servers see the new ones too."""
        self.secrets = secrets
        spec = self.rendering.find("StatefulSet", "herd")["spec"]["template"]["spec"]
        for volume in spec["volumes"]:
            self.write(self.folder_of(volume, spec["securityContext"]), volume,
                       spec["securityContext"])

    def start(self, kind, workload, pod, dns):
        """A pod of that workload under that name, with an address that none had before, which is
        told under the name `dns`."""
        template = self.rendering.find(kind, workload)["spec"]["template"]
        self.pods[pod] = Pod(self, pod, dns, template)
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
