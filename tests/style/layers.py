#!/usr/bin/env python3
"""Checks that each layer includes only layers beneath it, and that each library has its one door.

usage: layers.py ROOT

Prints a line for each include that breaks a rule, with the rule in words, and exits with 1 if there
is any. To change the architecture, change the two tables.
"""

import fnmatch
import os
import re
import sys

from sources import sources

# What each layer may include beside itself. A file belongs to the layer whose folder is the longest
# that leads to it. `proto` is the code generated from the .proto files.
BENEATH_NODE = [
    "proto", "server/config", "server/log", "server/text", "server/state", "server/count",
    "server/tls", "server/peer", "server/operator", "server/metrics",
    "frontend/json", "frontend/text", "frontend/places", "frontend/session", "frontend/net",
]
LAYERS = {
    "server/config": [],
    "server/log": [],
    "server/text": [],
    "server/state": ["server/log"],
    "server/count": ["server/state"],
    "server/tls": ["server/log"],
    "server/peer": ["proto", "server/count", "server/log", "server/state", "server/text",
                    "server/tls"],
    "server/operator": ["proto", "server/log", "server/state", "server/text", "server/tls"],
    "server/metrics": ["proto", "frontend/net", "server/log"],
    "frontend/text": ["server/state"],
    "frontend/json": [],
    "frontend/places": ["server/log", "frontend/json"],
    "frontend/session": ["frontend/text", "frontend/places", "server/count", "server/state"],
    "frontend/net": ["frontend/session", "frontend/text", "frontend/places", "server/count",
                     "server/log", "server/state", "server/tls"],
    "server/node": BENEATH_NODE,
    "server": BENEATH_NODE + ["server/node"],
    "client/net": ["proto", "server/tls"],
    "client/load": ["client/net"],
    "client/fleet": ["client/load", "client/net"],
    "client/topology": ["server/config"],
    "client/commands": ["client/fleet", "client/load", "client/net", "client/topology", "proto",
                        "server/config", "server/tls"],
    "client/standin": ["frontend/json"],
    "client": ["client/commands", "client/fleet", "client/load", "client/net", "client/topology",
               "proto", "server/config", "server/tls"],
}
ANYTHING_GOES = "tests"

# Each library: what its headers look like, the files that may include them, and how many of these
# do so at most.
ONE = "one file in all"
ONE_EACH = "one file in each folder"
ANY = "any of them"
DOORS = {
    "epoll": (r"sys/epoll\.h", ["frontend/net/*.cc", "client/net/*.cc"], ONE_EACH),
    "sockets": (r"sys/socket\.h|netinet/.*|arpa/.*|netdb\.h|sys/un\.h",
                ["frontend/net/*", "frontend/places/curl_fetcher.cc", "client/net/*",
                 "client/standin/http_door.cc"], ANY),
    "libcurl": (r"curl/.*", ["frontend/places/*.cc"], ONE),
    "simdjson": (r"simdjson.*", ["frontend/places/*.cc"], ONE),
    "spdlog": (r"spdlog/.*", ["server/log/log.cc"], ONE),
    "libmicrohttpd": (r"microhttpd.*", ["server/metrics/*.cc"], ONE),
    "prometheus-cpp": (r"prometheus/.*", ["server/metrics/*"], ANY),
    "cpp-httplib": (r"httplib\.h", ["client/standin/*.cc"], ONE),
    "CLI11": (r"CLI/.*", ["*/main.cc", "*/command_line.cc", "server/tls/identity_flags.h"],
              ONE_EACH),
    "gRPC": (r"grpc(pp)?/.*|.*\.grpc\.pb\.h",
             ["server/tls/credentials.*", "server/peer/*", "server/operator/*", "server/node/*",
              "client/net/*.cc"], ANY),
    "OpenSSL": (r"openssl/.*", ["server/tls/identity.cc", "frontend/net/secure_channel.cc"], ONE_EACH),
    "nlohmann/json": (r"nlohmann/.*",
                      ["server/config/herd_json.cc", "frontend/json/*", "frontend/places/failure.cc",
                       "frontend/places/new_to_legacy.cc",
                       "client/commands/herd_status_json.cc", "client/load/outcome_json.cc",
                       "client/fleet/fleet_report_json.cc",
                       "client/standin/*"], ANY),
}

INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')


def layer_of(path):
    """The layer of a file or of an included header, or None."""
    if path.startswith("herd/v1/"):
        return "proto"
    folder = os.path.dirname(path)
    while folder and folder not in LAYERS and folder != ANYTHING_GOES:
        folder = os.path.dirname(folder)
    return folder or None


def library_of(header):
    for library, (pattern, _, _) in DOORS.items():
        if re.fullmatch(pattern, header):
            return library
    return None


def listed(layers):
    return ", ".join(layers) if layers else "nothing but itself"


def check_layer(path, header):
    layer, target = layer_of(path), layer_of(header)
    if layer == ANYTHING_GOES or target is None or target == layer:
        return []
    if layer is None:
        return ["this folder stands in no layer; give it one in tests/style/layers.py"]
    if target in LAYERS[layer]:
        return []
    return [f"{layer} may include {listed(LAYERS[layer])}, and not {target} ({header})"]


class Doors:
    """Remembers which files use a library, to see when they become too many."""

    def __init__(self):
        self.used_by = {}

    def check(self, path, header):
        library = library_of(header)
        if library is None or layer_of(path) == ANYTHING_GOES:
            return []
        _, allowed, how_many = DOORS[library]
        if not any(fnmatch.fnmatch(path, pattern) for pattern in allowed):
            return [f"{library} is for {' or '.join(allowed)} alone ({header})"]
        if how_many == ANY:
            return []
        scope = library if how_many == ONE else (library, os.path.dirname(path))
        door = self.used_by.setdefault(scope, path)
        if door == path:
            return []
        return [f"{library} has its one door in {door}; {how_many} includes it ({header})"]


def check_include(path, mark, header, doors):
    if header.startswith("../"):
        return [f"an include starts at the top of the tree, not with ../ ({header})"]
    found = check_layer(path, header) if mark == '"' else []
    return found + doors.check(path, header)


def check_file(root, path, doors):
    """Yields (line number, what is wrong)."""
    with open(os.path.join(root, path), encoding="utf-8") as file:
        lines = file.read().splitlines()
    if path.endswith(".h") and "#pragma once" not in lines:
        yield 1, "a header says #pragma once"
    for number, line in enumerate(lines, start=1):
        include = INCLUDE.match(line)
        if include:
            for wrong in check_include(path, include[1], include[2], doors):
                yield number, wrong


def check_tree(root):
    """One line for each broken rule: "file:line: what is wrong"."""
    doors = Doors()
    return [f"{path}:{number}: {wrong}"
            for path in sources(root) for number, wrong in check_file(root, path, doors)]


def main(root):
    if not sources(root):
        sys.exit(f"{root} has no sources to check")
    broken = check_tree(root)
    print("\n".join(broken) if broken else f"{len(sources(root))} files keep the layers")
    return 1 if broken else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
