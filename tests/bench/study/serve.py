"""Runs one asyncio server of the study until it is told to stop."""

import argparse
import asyncio
import sys


def arguments(description):
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=0, help="of 127.0.0.1; 0 is any free one")
    return parser


def announce(server):
    """What the bench waits for."""
    port = server.sockets[0].getsockname()[1]
    print(f"listening on 127.0.0.1:{port}", flush=True)


async def forever(server):
    announce(server)
    async with server:
        await server.serve_forever()


def run(main):
    try:
        asyncio.run(main)
    except KeyboardInterrupt:
        sys.exit(130)
