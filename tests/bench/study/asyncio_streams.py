#!/usr/bin/env python3
"""The study's server on asyncio's streams: readline, write and drain for each line, as tutorials and
nearly all public herds have it."""

import asyncio

import serve
from iamat import answer


async def converse(reader, writer):
    while line := await reader.readline():
        writer.write(answer(line.rstrip(b"\r\n")))
        await writer.drain()
    writer.close()


async def main(port):
    await serve.forever(await asyncio.start_server(converse, "127.0.0.1", port))


if __name__ == "__main__":
    serve.run(main(serve.arguments(__doc__).parse_args().port))
