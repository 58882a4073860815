"""Addresses and ports of a test's own, and waiting for what is to come."""

import os
import socket
import threading
import time

# How long anything is waited for before it counts as missing.
PATIENCE_S = 30


def private_address(number=0):
    """An address of the loopback network that is this process's own; of these it has three."""
    pid = os.getpid()  # at most 22 bits
    return "127.%d.%d.%d" % (1 + number * 64 + (pid >> 16 & 0x3f), pid >> 8 & 0xff, pid & 0xff)


def free_ports(count, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    sockets = [socket.socket(family) for _ in range(count)]
    for one in sockets:
        one.bind((address, 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def eventually(condition):
    """The one place that asks again and again."""
    deadline = time.monotonic() + PATIENCE_S
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            return False
        pause.wait(0.01)
    return True
