#!/usr/bin/env python3
"""Breaks each rule of layers.py on purpose, in a tree of its own, and sees that it is found."""

import os
import tempfile
import unittest

import layers


def check(files):
    """What layers.py says of a tree with these files: path to content."""
    with tempfile.TemporaryDirectory() as root:
        for path, content in files.items():
            os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
            with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                file.write(content)
        return layers.check_tree(root)


def including(header):
    """A source with the include on its second line."""
    mark = f"<{header}>" if header.startswith("sys/") else f'"{header}"'
    return f"// What it is.\n#include {mark}\n"


class Layers(unittest.TestCase):
    def assert_fine(self, path, header):
        self.assertEqual(check({path: including(header)}), [])

    def assert_broken(self, path, header, *words):
        broken = check({path: including(header)})
        self.assertEqual(len(broken), 1, broken)
        self.assertTrue(broken[0].startswith(f"{path}:2: "), broken[0])
        for word in words:
            self.assertIn(word, broken[0])

    def test_every_layer_may_include_itself_and_what_its_row_says(self):
        for layer, beneath in layers.LAYERS.items():
            for target in [layer, *beneath]:
                header = "herd/v1/operator.pb.h" if target == "proto" else f"{target}/x.h"
                self.assert_fine(f"{layer}/y.cc", header)

    def test_no_layer_may_include_any_other(self):
        for layer, beneath in layers.LAYERS.items():
            for target in {*layers.LAYERS, "proto"} - {layer, *beneath}:
                header = "herd/v1/operator.pb.h" if target == "proto" else f"{target}/x.h"
                self.assert_broken(f"{layer}/y.cc", header, f"{layer} may include", f"not {target}")

    def test_the_table_has_no_circle(self):
        done = set()

        def visit(layer, above):
            self.assertNotIn(layer, above, "a circle of layers")
            if layer in done or layer == "proto":
                return
            for beneath in layers.LAYERS[layer]:
                visit(beneath, [*above, layer])
            done.add(layer)

        for layer in layers.LAYERS:
            visit(layer, [])

    def test_a_folder_within_a_layer_belongs_to_it(self):
        self.assert_broken("server/state/deep/er/y.cc", "server/peer/x.h", "server/state may")

    def test_a_folder_without_a_layer_is_named(self):
        self.assert_broken("frontend/new/y.cc", "server/log/log.h", "stands in no layer")

    def test_tests_may_include_anything(self):
        for header in ["server/main.h", "client/standin/x.h", "grpcpp/grpcpp.h", "sys/epoll.h"]:
            self.assert_fine("tests/server/y.cc", header)

    def test_production_code_may_not_include_tests(self):
        self.assert_broken("server/state/y.cc", "tests/x.h", "not tests")


class Doors(unittest.TestCase):
    HEADERS = {
        "epoll": "sys/epoll.h", "sockets": "netinet/tcp.h", "libcurl": "curl/curl.h",
        "simdjson": "simdjson.h", "spdlog": "spdlog/spdlog.h", "cpp-httplib": "httplib.h",
        "CLI11": "CLI/CLI.hpp", "gRPC": "grpcpp/alarm.h", "nlohmann/json": "nlohmann/json_fwd.hpp",
        "prometheus-cpp": "prometheus/text_serializer.h", "libmicrohttpd": "microhttpd.h",
        "OpenSSL": "openssl/pem.h",
    }

    def test_every_library_is_tried_here(self):
        self.assertEqual(set(self.HEADERS), set(layers.DOORS))

    def test_a_library_is_found_anywhere_but_at_its_door(self):
        for library, header in self.HEADERS.items():
            for path in ["server/state/y.cc", "frontend/session/y.h"]:
                broken = check({path: "#pragma once\n" + including(header)})
                self.assertEqual(len(broken), 1, broken)
                self.assertIn(f"{path}:3: {library} is for ", broken[0])

    def test_a_library_may_pass_its_door(self):
        for library, header in self.HEADERS.items():
            path = layers.DOORS[library][1][0].replace("*/", "client/").replace("*", "y")
            self.assertEqual(check({path: "#pragma once\n" + including(header)}), [])

    def test_a_second_door_is_found(self):
        for folder, header in [("frontend/net", "sys/epoll.h"), ("frontend/places", "curl/curl.h"),
                               ("frontend/places", "simdjson.h"), ("client/standin", "httplib.h"),
                               ("server/metrics", "microhttpd.h")]:
            broken = check({f"{folder}/a.cc": including(header), f"{folder}/b.cc": including(header)})
            self.assertEqual(len(broken), 1, broken)
            self.assertIn(f"{folder}/b.cc:2: ", broken[0])
            self.assertIn(f"one door in {folder}/a.cc", broken[0])

    def test_each_program_has_its_own_door_for_its_command_line(self):
        cli = including("CLI/CLI.hpp")
        self.assertEqual(check({"client/main.cc": cli, "client/standin/main.cc": cli,
                                "server/main.cc": cli}), [])
        self.assertEqual(len(check({"client/main.cc": cli, "client/command_line.cc": cli})), 1)

    def test_generated_service_code_counts_as_grpc(self):
        broken = check({"client/commands/y.cc": including("herd/v1/operator.grpc.pb.h")})
        self.assertEqual(len(broken), 1, broken)
        self.assertIn("gRPC is for ", broken[0])


class Includes(unittest.TestCase):
    def test_an_include_that_climbs_is_found_even_in_tests(self):
        for path in ["server/state/y.cc", "tests/y.cc"]:
            self.assertIn("not with ../", check({path: including("../x.h")})[0])

    def test_a_header_without_pragma_once_is_found_even_in_tests(self):
        for path in ["server/state/y.h", "tests/y.h"]:
            self.assertEqual(check({path: "int x;\n"}), [f"{path}:1: a header says #pragma once"])
        self.assertEqual(check({"server/state/y.h": "// Words.\n#pragma once\n"}), [])

    def test_spaces_and_angle_brackets_hide_nothing(self):
        self.assertEqual(len(check({"server/state/y.cc": "  #  include <spdlog/spdlog.h>\n"})), 1)

    def test_a_comment_is_no_include(self):
        self.assertEqual(check({"server/state/y.cc": '// #include "server/peer/x.h"\n'}), [])


if __name__ == "__main__":
    unittest.main()
