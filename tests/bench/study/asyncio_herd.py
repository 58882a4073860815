#!/usr/bin/env python3
"""One server of a herd on asyncio's Protocol, which floods AT lines to its neighbors as the paper has
it, and better than public herds do: over connections that stay, a read's lines with one write to each
neighbor, never back to where they came from, and no further when they are known. WHATSAT is answered
without Places, with the AT line alone, so that one can see what has arrived.

A herd is told with --peers Goloman=PORT:Hands,Holiday Hands=PORT:Goloman ... , the same at each."""

import asyncio

import serve
from iamat import at_line, newest, parse_iamat, take


class Herd:
    """What this server knows of the others."""

    def __init__(self, name, peers):
        self.name = name.encode()
        self.port, names = peers[name]
        self.dialed = {each.encode(): peers[each][0] for each in names}
        self.links = {}  # neighbor: transport

    async def keep_link(self, neighbor):
        """Dials until the link is up, and again when it breaks."""
        while True:
            gone = asyncio.get_running_loop().create_future()
            try:
                self.links[neighbor], _ = await asyncio.get_running_loop().create_connection(
                    lambda: Link(gone), "127.0.0.1", self.dialed[neighbor])
                await gone
            except OSError:
                pass
            self.links.pop(neighbor, None)
            await asyncio.sleep(0.1)

    def flood(self, lines, came_from=b""):
        text = b"".join([b"%b %b\n" % (line[:-1], self.name) for line in lines])
        for neighbor, link in self.links.items():
            if text and neighbor != came_from:
                link.write(text)


class Link(asyncio.Protocol):
    def __init__(self, gone):
        self.gone = gone

    def connection_lost(self, _):
        self.gone.set_result(None)


class Conversation(asyncio.Protocol):
    """With a client, or with a neighbor, whose lines begin with AT and end with its name."""

    def __init__(self, herd):
        self.herd = herd
        self.rest = b""  # of a line that has not ended yet

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        self.answer(lines)

    def eof_received(self):
        self.answer([self.rest])

    def answer(self, lines):
        replies, own, passed_on, came_from = [], [], [], b""
        for line in lines:
            fields = line.split()
            if len(fields) == 7 and fields[0] == b"AT":
                came_from = fields[6]
                at = b"%b\n" % line[:line.rindex(b" ")]
                if take(fields[3], float(fields[5]), at):
                    passed_on.append(at)
            elif fields:
                replies.append(self.reply(line, fields, own))
        self.herd.flood(own)
        self.herd.flood(passed_on, came_from)
        self.transport.write(b"".join(replies))

    def reply(self, line, fields, own):
        if len(fields) == 4 and fields[0] == b"WHATSAT" and fields[1] in newest:
            return newest[fields[1]][1]
        client_time = parse_iamat(fields)
        if client_time is None:
            return b"? %b\n" % line.rstrip(b"\r")
        reply = at_line(self.herd.name, fields, client_time)
        if take(fields[1], client_time, reply):
            own.append(reply)
        return reply


def parse_peers(texts):
    peers = {}
    for text in texts:
        name, _, rest = text.partition("=")
        port, _, neighbors = rest.partition(":")
        peers[name] = (int(port), neighbors.split(",") if neighbors else [])
    return peers


async def main(name, peers):
    herd = Herd(name, peers)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(herd), "127.0.0.1", herd.port)
    links = [asyncio.create_task(herd.keep_link(each)) for each in herd.dialed]
    await serve.forever(server)
    await asyncio.gather(*links)


if __name__ == "__main__":
    parser = serve.arguments(__doc__)
    parser.add_argument("name")
    parser.add_argument("--peers", nargs="+", required=True)
    options = parser.parse_args()
    serve.run(main(options.name, parse_peers(options.peers)))
