"""A server of an older herd, as small as they were: the text protocol is all it speaks.

usage: text_server.py NAME ADDRESS PORT [NEIGHBOR=ADDRESS:PORT...]

It floods what its clients report to its neighbors as AT lines, each over a connection of its own,
with the names of those who have had the line at its end. What cannot be told is lost.
"""

import asyncio
import re
import sys
import time

POSITION = re.compile(r"[+-]\d+(\.\d+)?[+-]\d+(\.\d+)?$")
TIME = re.compile(r"\d+(\.\d+)?$")


class TextServer:
    def __init__(self, name, address, neighbors):
        self.name = name
        self.address = address
        self.neighbors = neighbors  # name -> (address, port)
        self.clients = {}           # id -> (time, the AT line without names at its end)
        self.tasks = set()

    def learn(self, client, when, line, had_by):
        """Keeps and floods the line, if it is newer than what is known."""
        if client in self.clients and self.clients[client][0] >= when:
            return
        self.clients[client] = (when, line)
        for neighbor, where in self.neighbors.items():
            if neighbor not in had_by:
                told = " ".join([line, *had_by, self.name]) + "\n"
                task = asyncio.ensure_future(self.tell(where, told))
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)

    async def tell(self, where, line):
        try:
            _, writer = await asyncio.open_connection(*where, local_addr=(self.address, 0))
            writer.write(line.encode("latin-1"))
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except OSError:
            pass

    def iamat(self, client, position, when):
        line = "AT %s %+.9f %s %s %s" % (self.name, time.time() - float(when), client, position, when)
        self.learn(client, float(when), line, [])
        return line + "\n"

    def answer(self, line):
        words = line.split()
        if len(words) == 4 and words[0] == "IAMAT" and POSITION.match(words[2]) and TIME.match(words[3]):
            return self.iamat(*words[1:])
        if len(words) >= 6 and words[0] == "AT":
            self.learn(words[3], float(words[5]), " ".join(words[:6]), words[6:])
            return ""
        if len(words) == 4 and words[0] == "WHATSAT" and words[1] in self.clients:
            return self.clients[words[1]][1] + "\n{}\n\n"
        return "? " + line + "\n" if words else ""

    async def serve(self, reader, writer):
        while line := await reader.readline():
            writer.write(self.answer(line.decode("latin-1").rstrip("\r\n")).encode("latin-1"))
            await writer.drain()
        writer.close()


async def main(name, address, port, *neighbors):
    known = {}
    for neighbor in neighbors:
        other, _, where = neighbor.partition("=")
        host, _, its_port = where.rpartition(":")
        known[other] = (host, int(its_port))
    server = await asyncio.start_server(TextServer(name, address, known).serve, address, int(port))
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    asyncio.run(main(*sys.argv[1:]))
