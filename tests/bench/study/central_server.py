#!/usr/bin/env python3
"""The central server that the paper argues against (its LAMP case): an application that holds nothing
and puts every update into one database, PostgreSQL over its own protocol. Prepared statements, a pool
of connections that stay, and all lines of a read at once, so that the database can commit them
together: more than a web application usually does."""

import asyncio

import asyncpg
import serve
from iamat import at_line, parse_iamat

TABLE = """CREATE TABLE IF NOT EXISTS newest
    (client text PRIMARY KEY, sent double precision NOT NULL, line text NOT NULL)"""
TAKE = """INSERT INTO newest VALUES ($1, $2, $3) ON CONFLICT (client)
    DO UPDATE SET sent = excluded.sent, line = excluded.line WHERE newest.sent < excluded.sent"""


def text(bytes_):
    return bytes_.decode("latin-1")


class Conversation:
    def __init__(self, database):
        self.database = database

    async def answer(self, line):
        fields = line.split()
        if not fields:
            return b""
        client_time = parse_iamat(fields)
        if client_time is None:
            return b"? %b\n" % line
        reply = at_line(b"Goloman", fields, client_time)
        await self.database.execute(TAKE, text(fields[1]), client_time, text(reply))
        return reply

    async def run(self, reader, writer):
        rest = b""
        while data := await reader.read(1 << 16):
            *lines, rest = (rest + data).split(b"\n")
            writer.write(b"".join(await self.answers(lines)))
            await writer.drain()
        writer.write(await self.answer(rest))
        writer.close()

    async def answers(self, lines):
        return await asyncio.gather(*[self.answer(line.rstrip(b"\r")) for line in lines])


async def main(options):
    # 20 is the most that a database of two cores makes use of when it waits for its disk.
    async with asyncpg.create_pool(host=options.database_directory, user=options.database_user,
                                   database="postgres", min_size=20, max_size=20) as database:
        await database.execute(TABLE)
        server = await asyncio.start_server(Conversation(database).run, "127.0.0.1", options.port)
        await serve.forever(server)


if __name__ == "__main__":
    parser = serve.arguments(__doc__)
    parser.add_argument("--database-directory", required=True, help="of PostgreSQL's socket")
    parser.add_argument("--database-user", required=True)
    serve.run(main(parser.parse_args()))
