"""A call over HTTP/2 by whom nothing can be sent: as it says, it has no room for an answer.

No gRPC library lets its callers do that. Answers pings, so that its connection lives on.
"""

import contextlib
import socket
import struct
import threading

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
ACK = END_OF_STREAM = 1
END_OF_HEADERS = 4
INITIAL_WINDOW_SIZE = 4
THE_CONNECTION, THE_CALL = 0, 1
FRAME = struct.Struct("!BHBBI")


def frame(kind, flags, stream, payload):
    return FRAME.pack(len(payload) >> 16, len(payload) & 0xffff, kind, flags, stream) + payload


def header(name, value):
    """As HPACK has it that is remembered by nobody, and not compressed."""
    return b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value


class DeafCaller:
    def __init__(self, address, port, method, message, patience_s):
        self._socket = socket.create_connection((address, port), patience_s)
        self._begun = threading.Event()
        self._patience_s = patience_s
        headers = (header(b":method", b"POST") + header(b":scheme", b"http") +
                   header(b":path", method) + header(b":authority", b"herd") +
                   header(b"te", b"trailers") + header(b"content-type", b"application/grpc"))
        self._socket.sendall(
            PREFACE + frame(SETTINGS, 0, THE_CONNECTION, struct.pack("!HI", INITIAL_WINDOW_SIZE, 0)) +
            frame(HEADERS, END_OF_HEADERS, THE_CALL, headers) +
            frame(DATA, END_OF_STREAM, THE_CALL, struct.pack("!BI", 0, len(message)) + message))
        threading.Thread(target=self._take_all, daemon=True).start()

    def answer_has_begun(self):
        """Waits for it. Whether it has."""
        return self._begun.wait(self._patience_s)

    def hang_up(self):
        with contextlib.suppress(OSError):  # the other one has done so
            self._socket.shutdown(socket.SHUT_RDWR)

    def _take_all(self):
        with contextlib.suppress(OSError), self._socket, self._socket.makefile("rb") as incoming:
            while start := incoming.read(FRAME.size):
                high, low, kind, flags, stream = FRAME.unpack(start)
                payload = incoming.read(high << 16 | low)
                if kind == HEADERS and stream == THE_CALL:
                    self._begun.set()
                elif kind == PING and not flags & ACK:
                    self._socket.sendall(frame(PING, ACK, THE_CONNECTION, payload))
