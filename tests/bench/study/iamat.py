"""What the asyncio servers of the study do with a line: the same for all, so that only their ways of
reading, writing and flooding differ."""

import re
import time

NAME = b"Goloman"
LOCATION = re.compile(rb"[+-]\d+(?:\.\d+)?[+-]\d+(?:\.\d+)?")

newest = {}  # client: (its time, its AT line)


def parse_iamat(fields):
    """The client's time, or None when the fields are no IAMAT."""
    if len(fields) != 4 or fields[0] != b"IAMAT" or not LOCATION.fullmatch(fields[2]):
        return None
    try:
        return float(fields[3])
    except ValueError:
        return None


def take(client, client_time, line):
    """Keeps the line when it is the client's newest; tells whether it is."""
    held = newest.get(client)
    if held is not None and held[0] >= client_time:
        return False
    newest[client] = (client_time, line)
    return True


def at_line(name, fields, client_time):
    _, client, location, sent = fields
    return b"AT %b %+.9f %b %b %b\n" % (name, time.time() - client_time, client, location, sent)


def answer(line):
    """The reply to a line that came without its line end; nothing to a blank one."""
    fields = line.split()
    if not fields:
        return b""
    client_time = parse_iamat(fields)
    if client_time is None:
        return b"? %b\n" % line
    reply = at_line(NAME, fields, client_time)
    take(fields[1], client_time, reply)
    return reply
