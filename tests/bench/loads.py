"""The generators: what they are told, and their answers in one form."""

import json

from processes import run

PATIENCE = 60  # seconds beyond those that a run is to last


def reports(session, servers, **plan):
    """herd-bench-load: the same loop for any server. `plan`: depth, connections, clients, seconds,
    requests, sequential, and protocol where it is not the server's own."""
    protocol = plan.pop("protocol", servers[0].protocol)
    command = [session.program("herd-bench-load"), "--protocol", protocol]
    for server in servers:
        command += ["--port", server.port]
    said = json.loads(run(command + options(plan), plan.get("seconds", 0) + 5 * PATIENCE,
                          plan.get("core", session.generator_core)))
    latency = said.pop("batch_latency_us")
    return {**said, "p50_us": latency["p50"], "p99_us": latency["p99"]}


def fetches(session, url, **plan):
    """herd-bench-fetch: in_flight, seconds."""
    command = [session.program("herd-bench-fetch"), "--url", url]
    return json.loads(run(command + options(plan), plan["seconds"] + PATIENCE, plan.get("core")))


def herd_client_load(session, servers, **plan):
    """herd-client load: open loop, questions, idle connections."""
    command = [session.program("herd-client"), "load", "--json", "-"]
    for server in servers:
        command += ["--server", f"127.0.0.1:{server.port}"]
    said = json.loads(run(command + options(plan), plan.get("seconds", 0) + 5 * PATIENCE,
                          plan.get("core", session.generator_core)))
    latency = said["latency_us"]
    return {"requests": said["requests"], "seconds": said["seconds"], "rate": said["rate"],
            "errors": said["errors"], "p50_us": latency["p50"], "p90_us": latency["p90"],
            "p99_us": latency["p99"], "p999_us": latency["p999"], "max_us": latency["max"]}


def options(plan):
    words = []
    for key, value in plan.items():
        if key == "core" or value in (None, False):
            continue
        words.append("--" + key.replace("_", "-"))
        if value is not True:
            words.append(value)
    return words
