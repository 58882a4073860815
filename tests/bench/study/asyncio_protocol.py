#!/usr/bin/env python3
"""The study's server on asyncio's Protocol: what a read brings is answered with one write."""

import asyncio

import serve
from iamat import answer


class Conversation(asyncio.Protocol):
    def __init__(self):
        self.rest = b""  # of a line that has not ended yet

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.transport.write(b"".join([answer(line.rstrip(b"\r")) for line in lines]))

    def eof_received(self):
        self.transport.write(answer(self.rest))


async def main(port):
    loop = asyncio.get_running_loop()
    await serve.forever(await loop.create_server(Conversation, "127.0.0.1", port))


if __name__ == "__main__":
    serve.run(main(serve.arguments(__doc__).parse_args().port))
