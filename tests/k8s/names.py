"""A DNS as a cluster's: an address for the name of each pod, and for nothing else.

Pods find it by a resolv.conf like that which Kubernetes gives them, so that a name is looked up in
the namespace first. It can be made to remember, as the caches between pods and a cluster's DNS do.
"""

import socket
import struct
import threading

PORT = 53
DOMAIN = "cluster.local"
TTL_SECONDS = 30
HEADER = struct.Struct("!6H")
TYPE_A, CLASS_IN = 1, 1
ANSWERS, AUTHORITATIVE, RECURSION_DESIRED, NO_SUCH_NAME = 0x8000, 0x0400, 0x0100, 3
# A name that is where the question is, 12 bytes into the message.
NAME_OF_THE_QUESTION = 0xC00C


class Names:
    """Answers until the program ends, on a thread of its own."""

    def __init__(self, address, namespace):
        self.address = address
        self.suffix = f".{namespace}.svc.{DOMAIN}"
        self.lock = threading.Lock()
        self.addresses = {}
        self.remembered = None
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((address, PORT))
        threading.Thread(target=self.serve, daemon=True).start()

    def resolv_conf(self):
        return (f"nameserver {self.address}\n"
                f"search {self.suffix[1:]} svc.{DOMAIN} {DOMAIN}\noptions ndots:5\n")

    def put(self, name, address):
        with self.lock:
            self.addresses[name + self.suffix] = address

    def remove(self, name):
        with self.lock:
            self.addresses.pop(name + self.suffix, None)

    def remember(self):
        """From here on answers what is true now, as a cache whose time to live is longer than any
        test; until it is told again."""
        with self.lock:
            self.remembered = dict(self.addresses)

    def forget(self):
        """Knows no pod, and remembers nothing."""
        with self.lock:
            self.addresses, self.remembered = {}, None

    def address_of(self, name):
        with self.lock:
            return (self.addresses if self.remembered is None else self.remembered).get(name)

    def serve(self):
        while True:
            question, asker = self.socket.recvfrom(512)
            self.socket.sendto(self.answer(question), asker)

    def answer(self, message):
        number, flags, *_ = HEADER.unpack_from(message)
        labels, at = [], HEADER.size
        while message[at]:
            labels.append(message[at + 1:at + 1 + message[at]].decode())
            at += 1 + message[at]
        kind, _ = struct.unpack_from("!2H", message, at + 1)
        question = message[HEADER.size:at + 5]
        address = self.address_of(".".join(labels).lower())
        flags = ANSWERS | AUTHORITATIVE | (flags & RECURSION_DESIRED)
        if address is None:
            return HEADER.pack(number, flags | NO_SUCH_NAME, 1, 0, 0, 0) + question
        if kind != TYPE_A:
            return HEADER.pack(number, flags, 1, 0, 0, 0) + question
        return HEADER.pack(number, flags, 1, 1, 0, 0) + question + struct.pack(
            "!3HIH", NAME_OF_THE_QUESTION, TYPE_A, CLASS_IN, TTL_SECONDS, 4) + \
            socket.inet_aton(address)
