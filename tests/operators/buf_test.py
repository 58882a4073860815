#!/usr/bin/env python3
"""Asks a server as an operator with nothing but a gRPC tool does: buf curl, and no file of ours.

usage: buf_test.py --buf BUF --server HERD_SERVER

Exit status 77: there is no buf, which `./herd test` installs where it can.
"""

import argparse
import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import unittest

from google.protobuf import descriptor_pb2

NOT_RUN = 77
PATIENCE_SECONDS = 30
HOST = f"127.{os.getpid() >> 14 & 0xFF | 0x40}.{os.getpid() >> 7 & 0x7F}.{os.getpid() & 0x7F or 1}"
SERVICES = {"grpc.channelz.v1.Channelz", "grpc.health.v1.Health", "herd.v1.Operator",
            "grpc.reflection.v1alpha.ServerReflection"}
METHODS = {"GetStatus", "ListNeighbors", "GetClient", "ListClients", "WatchClients", "SetLogLevel",
           "Drain", "Disconnect", "Reconnect"}
arguments = None


def free_ports(count):
    sockets = [socket.create_server((HOST, 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def eventually(condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


class Herd:
    """Two servers, neighbours of each other."""

    def __init__(self, folder):
        ports = free_ports(6)
        self.servers = [
            {"name": name, "host": HOST, "client_port": ports[3 * i],
             "propagate_port": ports[3 * i + 1], "operator_port": ports[3 * i + 2],
             "neighbors": []} for i, name in enumerate(["North", "South"])]
        self.servers[0]["neighbors"] = ["South"]
        self.file = os.path.join(folder, "herd.json")
        with open(self.file, "w", encoding="utf-8") as file:
            json.dump({"servers": self.servers}, file)
        self.processes = [subprocess.Popen(
            [arguments.server, each["name"], "--config", self.file, "--listen", HOST,
             "--places-url", "http://127.0.0.1:1", "--leave-seconds", "1",
             "--log-file", os.path.join(folder, each["name"])]) for each in self.servers]

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(PATIENCE_SECONDS)

    def url(self, server):
        return f"http://{HOST}:{self.servers[server]['operator_port']}"

    def report(self, client):
        where = (HOST, self.servers[0]["client_port"])
        with socket.create_connection(where, PATIENCE_SECONDS) as connection:
            connection.sendall(f"IAMAT {client} +34.068930-118.445127 1520023934.5\n".encode())
            return connection.recv(1000)


class BufCurl(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        # Where there is no file of ours at all.
        self.folder = folder.name
        self.herd = Herd(folder.name)
        self.addCleanup(self.herd.stop)
        self.assertTrue(eventually(lambda: self.health("") == "SERVING"))

    def command(self, *words):
        return [arguments.buf, "curl", "--protocol", "grpc", "--http2-prior-knowledge", *words]

    def buf(self, *words):
        return subprocess.run(self.command(*words), cwd=self.folder, capture_output=True, text=True,
                              timeout=PATIENCE_SECONDS, check=False)

    def call(self, method, request=None, server=0):
        done = self.buf(f"{self.herd.url(server)}/{method}", "-d", json.dumps(request or {}))
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout or "{}")

    def operator(self, method, request=None, server=0):
        return self.call(f"herd.v1.Operator/{method}", request, server)

    def error(self, method, request):
        done = self.buf(f"{self.herd.url(0)}/herd.v1.Operator/{method}", "-d", json.dumps(request))
        self.assertNotEqual(done.returncode, 0)
        return json.loads(done.stderr)["code"]

    def health(self, service):
        done = self.buf(f"{self.herd.url(0)}/grpc.health.v1.Health/Check", "-d",
                        json.dumps({"service": service}))
        return json.loads(done.stdout)["status"] if done.returncode == 0 else done.stderr

    def described(self, symbol):
        """What reflection tells of it: the file that it stands in; those that it imports follow."""
        told = self.call("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                         {"fileContainingSymbol": symbol})
        files = told["fileDescriptorResponse"]["fileDescriptorProto"]
        return descriptor_pb2.FileDescriptorProto.FromString(base64.b64decode(files[0]))

    def test_reflection_describes_services_methods_and_fields(self):
        file = self.described("herd.v1.Operator")
        [operator] = file.service
        self.assertEqual({method.name for method in operator.method}, METHODS)
        status = next(each for each in file.message_type if each.name == "GetStatusResponse")
        self.assertLessEqual({"server", "digest", "ready", "vector"},
                             {field.name for field in status.field})
        health = self.described("grpc.health.v1.HealthCheckRequest")
        self.assertIn("HealthCheckRequest", {each.name for each in health.message_type})

    def test_reflection_lists_everything(self):
        services = set(self.buf("--list-services", self.herd.url(0)).stdout.split())
        self.assertEqual(services, SERVICES)
        methods = set(self.buf("--list-methods", self.herd.url(0)).stdout.split())
        self.assertLessEqual({f"herd.v1.Operator/{method}" for method in METHODS}, methods)
        self.assertIn("grpc.health.v1.Health/Check", methods)

    def test_the_health_service_knows_each_service(self):
        for service in ["", "herd.v1.FrontDoor", "herd.v1.Operator", "herd.v1.Propagate"]:
            self.assertEqual(self.health(service), "SERVING", service)
        self.assertIn("not_found", self.health("herd.v1.Nothing"))

    def test_channelz_shows_the_server(self):
        self.assertIn("server", self.call("grpc.channelz.v1.Channelz/GetServers"))

    def test_every_method_of_the_operator_service_answers(self):
        self.assertTrue(self.herd.report("kiwi").startswith(b"AT North"))
        status = self.operator("GetStatus")
        self.assertEqual(status["server"], "North")
        self.assertTrue(status["ready"])
        self.assertEqual(self.operator("ListNeighbors")["neighbors"][0]["server"], "South")
        client = self.operator("GetClient", {"client_id": "kiwi"}, server=1)["client"]
        self.assertEqual(client["position"], "+34.068930-118.445127")
        self.assertEqual(self.error("GetClient", {"client_id": "plum"}), "not_found")
        self.assertEqual(self.error("GetClient", {}), "invalid_argument")
        self.assertEqual(len(self.operator("ListClients", {"prefix": "ki"})["clients"]), 1)
        level = {"level": "LOG_LEVEL_DEBUG"}
        self.assertEqual(self.operator("SetLogLevel", level)["previous"], "LOG_LEVEL_INFO")
        self.assertEqual(self.operator("SetLogLevel", level)["previous"], "LOG_LEVEL_DEBUG")
        self.assertEqual(self.error("SetLogLevel", {}), "invalid_argument")

    def link_is_up(self):
        link = self.operator("ListNeighbors")["neighbors"][0]
        return link.get("inboundUp", False) and link.get("outboundUp", False)

    def test_a_link_can_be_disconnected_and_reconnected(self):
        self.operator("Disconnect", {"neighbor": "South"})
        self.assertTrue(eventually(lambda: not self.link_is_up()))
        self.operator("Reconnect", {"neighbor": "South"})
        self.assertTrue(eventually(self.link_is_up))
        self.assertEqual(self.error("Disconnect", {"neighbor": "East"}), "not_found")

    def test_a_watch_shows_a_client_move(self):
        everything = json.dumps({"after": {}, "client_ids": ["kiwi"]})
        self.herd.report("kiwi")
        url = f"{self.herd.url(0)}/herd.v1.Operator/WatchClients"
        with subprocess.Popen(self.command(url, "-d", everything), cwd=self.folder, text=True,
                              stdout=subprocess.PIPE) as watch:
            shown = ""
            while '"begun": true' not in shown:
                line = watch.stdout.readline()
                self.assertTrue(line, shown)
                shown += line
            watch.terminate()
        self.assertIn('"clientId": "kiwi"', shown)

    def test_a_drained_server_leaves(self):
        self.operator("Drain")
        self.assertEqual(self.herd.processes[0].wait(PATIENCE_SECONDS), 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--buf", required=True)
    parser.add_argument("--server", required=True)
    arguments, rest = parser.parse_known_args()
    if not os.access(arguments.buf, os.X_OK):
        print(f"there is no {arguments.buf}; ./herd test installs it where npm can")
        sys.exit(NOT_RUN)
    unittest.main(argv=[sys.argv[0], *rest])
