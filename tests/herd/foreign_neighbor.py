"""A neighbour that is not ours: plays Welsh, whom Holiday calls, and Goloman, who calls Holiday, over
Propagate against a real Holiday.

The proto files are a contract, so this speaks by them alone, in another language, with stubs made
from them on the spot. Run by ctest with Debian's python3-grpcio and protobuf-compiler-grpc.
"""

import argparse
import concurrent.futures
import json
import os
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

import grpc

from deaf_caller import DeafCaller
from loopback import PATIENCE_S, eventually, free_ports, private_address

OUR_START_NS = 77
KIWI = "+34.068930-118.445127"
KIWI_TIME = "1520023934.918963997"
# As propagate.proto counts them, for KIWI and KIWI_TIME: 2.6 and 3.6 digits, 10.9, west.
KIWI_SHAPE = 2 | 6 << 4 | 3 << 8 | 6 << 12 | 10 << 16 | 9 << 20 | 1 << 25

arguments = None
propagate = propagate_grpc = operator = operator_grpc = None


def make_stubs(directory):
    subprocess.run(
        [arguments.protoc, "--proto_path=" + arguments.protos, "--python_out=" + directory,
         "--grpc_out=" + directory, "--plugin=protoc-gen-grpc=" + arguments.grpc_plugin,
         "herd/v1/propagate.proto", "herd/v1/operator.proto"], check=True)
    sys.path.insert(0, directory)
    global propagate, propagate_grpc, operator, operator_grpc
    from herd.v1 import propagate_pb2, propagate_pb2_grpc, operator_pb2, operator_pb2_grpc
    propagate, propagate_grpc = propagate_pb2, propagate_pb2_grpc
    operator, operator_grpc = operator_pb2, operator_pb2_grpc


def at(address, port):
    """As gRPC and URLs have it."""
    return ("[%s]:%d" if ":" in address else "%s:%d") % (address, port)


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
        return True
    except OSError:
        return False


class Stream:
    """One end of a Link: what came is taken with receive(), what is to go is given to push() and
    ack()."""

    def __init__(self):
        self._incoming = queue.Queue()
        self._outgoing = queue.Queue()

    def send(self, **parts):
        self._outgoing.put(propagate.Packet(**parts))

    def push(self, push):
        self.send(push=push)

    def ack(self, **fields):
        self.send(ack=propagate.Ack(**fields))

    def close(self):
        self._outgoing.put(None)

    def receive(self):
        """The next packet; None at the end of the stream."""
        return self._incoming.get(timeout=PATIENCE_S)

    def receive_push(self):
        """The next push, whatever is answered meanwhile; None at the end of the stream."""
        return self._receive_part("push")

    def receive_ack(self):
        return self._receive_part("ack")

    def receive_answer(self, pushes):
        """The first packet whose ack tells that so many pushes have been taken, and those before."""
        packets = [self.receive()]
        while packets[-1] is not None and packets[-1].ack.pushes < pushes:
            packets.append(self.receive())
        return packets

    def _receive_part(self, part):
        while (packet := self.receive()) is not None:
            if packet.HasField(part):
                return getattr(packet, part)
        return None

    def nothing_received(self):
        return self._incoming.empty()

    def outgoing(self):
        return iter(self._outgoing.get, None)

    def take_all(self, messages):
        try:
            for message in messages:
                self._incoming.put(message)
        except grpc.RpcError:
            pass  # It is the end, and its status is looked at elsewhere.
        self._incoming.put(None)


def start_taking(stream, messages):
    threading.Thread(target=stream.take_all, args=(messages,), daemon=True).start()


def serve(servicer, port, address=None):
    address = address or private_address()
    # A call keeps its thread for as long as it lasts.
    server = grpc.server(
        concurrent.futures.ThreadPoolExecutor(max_workers=16),
        options=[("grpc.so_reuseport", 0),
                 # Holiday's keepalive pings come each second.
                 ("grpc.http2.min_recv_ping_interval_without_data_ms", 500)])
    whole = propagate_grpc.PropagateServicer()  # whatever is not implemented says so
    for method in ("Link", "Knock"):
        if hasattr(servicer, method):
            setattr(whole, method, getattr(servicer, method))
    propagate_grpc.add_PropagateServicer_to_server(whole, server)
    if server.add_insecure_port(at(address, port)) != port:
        raise RuntimeError("cannot listen on port %d" % port)
    server.start()
    return server


class Other:
    """Has come to listen where Welsh was, and is not whom Holiday means."""

    DENIAL = "this is Other, not Welsh"

    def __init__(self, port):
        self._callers = queue.Queue()
        self._server = serve(self, port)

    def Link(self, _packets, context):
        self._callers.put(context.peer())
        context.abort(grpc.StatusCode.PERMISSION_DENIED, self.DENIAL)

    def next_caller(self):
        """The address and port of the next call's connection."""
        return self._callers.get(timeout=PATIENCE_S)

    def stop(self):
        self._server.stop(grace=None).wait()


class Goloman:
    """Is knocked at, and does not call."""

    def __init__(self, port):
        self._knocks = queue.Queue()
        self._server = serve(self, port)

    def Knock(self, hello, _context):
        self._knocks.put(hello)
        return propagate.KnockResponse()

    def next_knock(self):
        return self._knocks.get(timeout=PATIENCE_S)

    def stop(self):
        self._server.stop(grace=None).wait()


class Welsh:
    """The called side: each Link that Holiday opens is a Stream."""

    def __init__(self, port, address=None):
        self._links = queue.Queue()
        self._open = []
        self._server = serve(self, port, address)

    def Link(self, packets, _context):
        stream = Stream()
        start_taking(stream, packets)
        self._open.append(stream)
        self._links.put(stream)
        return stream.outgoing()

    def next_link(self):
        return self._links.get(timeout=PATIENCE_S)

    def is_called(self):
        """Again, and the link has not been looked at yet."""
        return not self._links.empty()

    def stop(self):
        for stream in self._open:
            stream.close()
        self._server.stop(grace=None).wait()


class Holiday:
    """The real server with one neighbour, and how to reach it."""

    def __init__(self, directory, neighbor, address, neighbor_host, neighbor_address):
        """Listens at `address`. The configuration has the neighbour at that host; it listens at
        that address."""
        self.address = address
        self.client_port, self.propagate_port, self.operator_port, self._no_places = \
            free_ports(4, address)
        others = free_ports(3, neighbor_address)
        self.neighbor_propagate_port = others[1]
        self._config = os.path.join(directory, "herd.json")
        self._log = os.path.join(directory, "holiday.log")
        with open(self._config, "w", encoding="utf-8") as file:
            json.dump({"servers": [
                self._server("Holiday", self.client_port, self.propagate_port,
                             self.operator_port, [neighbor]),
                dict(self._server(neighbor, *others, []), host=neighbor_host)]}, file)
        self.process = None

    def _server(self, name, client_port, propagate_port, operator_port, neighbors):
        return {"name": name, "host": self.address, "client_port": client_port,
                "propagate_port": propagate_port, "operator_port": operator_port,
                "neighbors": neighbors}

    def start(self):
        with open(self._log, "a", encoding="utf-8") as log:
            # It dies with this process, however that ends.
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", arguments.server, "Holiday", "--config",
                 self._config, "--listen", self.address, "--places-url",
                 "http://" + at(self.address, self._no_places), "--leave-seconds", "1"],
                stdout=log, stderr=log)
        if not eventually(self._answers):
            raise RuntimeError("Holiday does not start:\n" + self.log())

    def _answers(self):
        try:
            return self.status() is not None
        except grpc.RpcError:
            return False

    def status(self):
        with grpc.insecure_channel(
                at(self.address, self.operator_port),
                options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            stub = operator_grpc.OperatorStub(channel)
            return stub.GetStatus(operator.GetStatusRequest(), timeout=PATIENCE_S)

    def status_table(self):
        """What `herd-client status` shows."""
        return subprocess.run([arguments.client, "--config", self._config, "status"],
                              capture_output=True, text=True, timeout=PATIENCE_S,
                              check=False).stdout

    def converse(self, line):
        """What a client that sends this line and half-closes is answered: the first line."""
        with socket.create_connection((self.address, self.client_port), PATIENCE_S) as client:
            client.sendall(line + b"\n")
            client.shutdown(socket.SHUT_WR)
            return client.makefile("rb").read().split(b"\n")[0]

    def log(self):
        with open(self._log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)


class LinkToHoliday(Stream):
    """The calling side."""

    def __init__(self, port):
        super().__init__()
        self._channel = grpc.insecure_channel("%s:%d" % (private_address(), port),
                                              options=[("grpc.use_local_subchannel_pool", 1)])
        self._call = propagate_grpc.PropagateStub(self._channel).Link(self.outgoing())
        start_taking(self, self._call)

    def hello(self, **changes):
        self.push(hello_of(**{"server": "Goloman", **changes}))

    def has_ended(self):
        return self._call.done()

    def status(self):
        """Waits for the end."""
        return self._call.code()

    def hang_up(self):
        self._call.cancel()
        self.close()
        self._channel.close()


def kiwi_update(client_id=b"kiwi", step=1, **changes):
    fields = dict(client_id=client_id, step=step, time_ns=1520023934918963997,
                  skew_ns=-1500000000, latitude=34068930, longitude=118445127,
                  text_shape=KIWI_SHAPE)
    fields.update(changes)
    return propagate.Update(**fields)


def hello_of(server, receiver="Holiday", start_ns=None):
    return propagate.Push(hello=propagate.Hello(server=server, receiver=receiver,
                                                start_ns=start_ns or OUR_START_NS))


def goloman():
    return propagate.Origin(server="Goloman", start_ns=OUR_START_NS)


def push_of(*updates, origin=0, after=0, through=None, declare=True):
    origins = [goloman()] if declare else []
    through = after + sum(update.step for update in updates) if through is None else through
    return propagate.Push(origins=origins, ranges=[
        propagate.Range(origin=origin, after=after, through=through, updates=updates)])


class ResultWithLog(unittest.TextTestResult):

    def addFailure(self, test, err):
        super().addFailure(test, err)
        print("--- the log of Holiday\n" + test.holiday.log(), file=sys.stderr)

    def addError(self, test, err):
        super().addError(test, err)
        print("--- the log of Holiday\n" + test.holiday.log(), file=sys.stderr)


class ForeignNeighbor(unittest.TestCase):
    """A real Holiday, and whom this plays."""

    neighbor = None
    holiday_address = private_address()
    # Where the neighbour is said to be.
    neighbor_host = private_address()
    # And where it is.
    neighbor_address = private_address()

    def setUp(self):
        directory = tempfile.TemporaryDirectory(prefix="herd-test-")
        self.addCleanup(directory.cleanup)
        self.holiday = Holiday(directory.name, self.neighbor, self.holiday_address,
                               self.neighbor_host, self.neighbor_address)

    def start_holiday(self):
        self.holiday.start()
        self.addCleanup(self.stop_holiday)

    def stop_holiday(self):
        if self.holiday.process.poll() is None:
            self.assertEqual(self.holiday.terminate(), 0)

    def knock(self, **changes):
        """What a knock at Holiday is answered: the status."""
        words = {"server": self.neighbor, "receiver": "Holiday", "start_ns": OUR_START_NS,
                 **changes}
        with grpc.insecure_channel(at(self.holiday_address, self.holiday.propagate_port),
                                   options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            call = propagate_grpc.PropagateStub(channel).Knock.future(
                propagate.Hello(**words), timeout=PATIENCE_S)
            return call.code()

    def report(self, client_id, position=KIWI, at=KIWI_TIME):
        line = ("IAMAT %s %s %s" % (client_id, position, at)).encode()
        reply = self.holiday.converse(line)
        self.assertTrue(reply.startswith(b"AT Holiday "), reply)
        return reply

    def receive_ranges(self, link, count):
        """Ranges until so many updates have come. All pushes but the last are acknowledged."""
        ranges = []
        pushes = 0
        while sum(len(one.updates) for one in ranges) < count:
            if pushes > 0:
                link.ack(pushes=pushes)
            push = link.receive_push()
            self.assertIsNotNone(push, "the link has ended")
            ranges.extend(push.ranges)
            pushes += 1
        return ranges


class WhomHolidayCalls(ForeignNeighbor):

    neighbor = "Welsh"

    def setUp(self):
        super().setUp()
        self.welsh = Welsh(self.holiday.neighbor_propagate_port)
        self.addCleanup(self.welsh.stop)
        self.start_holiday()

    def link_from_holiday(self, through=0, of_our_own=0, hello=None):
        """A link on which both have said hello; with Holiday's. We have its updates through there,
        and want what follows; and have so many of our own."""
        link = self.welsh.next_link()
        its_hello = link.receive().push.hello
        origins = [propagate.Origin(server="Holiday", start_ns=its_hello.start_ns),
                   propagate.Origin(server="Welsh", start_ns=OUR_START_NS)]
        vector = [propagate.Have(origin=origin, through=have)
                  for origin, have in enumerate((through, of_our_own)) if have > 0]
        link.send(push=hello or hello_of("Welsh"),
                  ack=propagate.Ack(origins=origins, vector=vector, eager=[0]))
        return link, its_hello

    def test_it_says_hello_and_waits_for_our_vector_before_it_pushes(self):
        link = self.welsh.next_link()
        first = link.receive()
        hello = first.push.hello
        self.assertEqual((hello.server, hello.receiver), ("Holiday", "Welsh"))
        self.assertEqual(hello.start_ns, self.holiday.status().start_ns)
        self.assertEqual((len(first.push.origins), len(first.push.ranges)), (0, 0))
        self.assertFalse(first.HasField("ack"))
        self.report("kiwi")
        self.assertTrue(link.nothing_received())
        self.assertFalse(self.holiday.status().neighbors[0].outbound_up)
        link.send(push=hello_of("Welsh"), ack=propagate.Ack(
            origins=[propagate.Origin(server="Holiday", start_ns=hello.start_ns)], eager=[0]))
        self.assertFalse(link.receive_push().HasField("hello"))
        self.assertTrue(self.holiday.status().neighbors[0].outbound_up)

    def test_it_answers_our_hello_with_its_vector(self):
        self.report("kiwi")
        link, hello = self.link_from_holiday(through=1)
        ack = link.receive_ack()
        self.assertEqual([(ack.origins[have.origin], have.through) for have in ack.vector],
                         [(propagate.Origin(server="Holiday", start_ns=hello.start_ns), 1)])
        self.assertEqual([ack.origins[number] for number in ack.eager],
                         [propagate.Origin(server="Welsh", start_ns=OUR_START_NS)])

    def test_while_it_lacks_what_we_say_to_have_operators_see_it_catch_up(self):
        self.link_from_holiday(of_our_own=42)
        self.assertTrue(eventually(lambda: self.holiday.status().lacking_updates == 42))
        table = self.holiday.status_table()
        self.assertRegex(table, r"\nHoliday  yes .*  catching up\n")
        self.assertIn("Holiday is not ready: catching up: lacks 42 updates that Welsh has\n", table)

    def test_it_pushes_nothing_that_we_do_not_want(self):
        self.report("kiwi")
        link = self.welsh.next_link()
        link.receive()
        link.send(push=hello_of("Welsh"), ack=propagate.Ack())
        self.report("other")
        link.push(propagate.Push())
        self.assertFalse(any(packet.HasField("push") for packet in link.receive_answer(1)))

    def test_a_report_arrives_as_numbers_with_the_shape_of_their_text(self):
        link, hello = self.link_from_holiday()
        reply = self.report("kiwi.cs.ucla.edu")
        push = link.receive_push()
        self.assertEqual(list(push.origins),
                         [propagate.Origin(server="Holiday", start_ns=hello.start_ns)])
        sign, seconds = reply.split()[2][:1], reply.split()[2][1:]
        skew_ns = int(sign + seconds.replace(b".", b""))
        self.assertEqual(list(push.ranges), [propagate.Range(
            origin=0, after=0, through=1,
            updates=[kiwi_update(b"kiwi.cs.ucla.edu", skew_ns=skew_ns)])])

    def test_a_report_that_does_not_fit_the_numbers_arrives_as_it_was_written(self):
        link, _ = self.link_from_holiday()
        self.report("exact", "+34.0689300000000000000001-118.445127", KIWI_TIME + "1")
        update = link.receive_push().ranges[0].updates[0]
        self.assertEqual(update.text_shape, 0)
        self.assertEqual(update.position_text, b"+34.0689300000000000000001-118.445127")
        self.assertEqual(update.time_text, KIWI_TIME.encode() + b"1")
        self.assertEqual(update.time_ns, 1520023934918963997)

    def test_what_we_acknowledge_is_no_lag_any_more(self):
        link, _ = self.link_from_holiday()
        self.report("kiwi")
        self.receive_ranges(link, 1)
        self.assertEqual(self.holiday.status().neighbors[0].lag_updates, 1)
        link.ack(vector=[propagate.Have(origin=0, through=1)], pushes=1)
        self.assertTrue(
            eventually(lambda: self.holiday.status().neighbors[0].lag_updates == 0))

    def test_after_a_reconnect_it_goes_on_where_our_vector_ends(self):
        link, hello = self.link_from_holiday()
        for number in range(1, 6):
            self.report("walker-%d" % number)
        self.receive_ranges(link, 5)
        link.close()
        link, again = self.link_from_holiday(through=3)
        self.assertEqual(again, hello)
        ranges = self.receive_ranges(link, 2)
        self.assertEqual((ranges[0].after, ranges[-1].through), (3, 5))
        self.assertEqual([update.client_id for one in ranges for update in one.updates],
                         [b"walker-4", b"walker-5"])

    def test_what_has_been_superseded_is_not_sent_again(self):
        link, _ = self.link_from_holiday()
        for second in range(3):
            self.report("mover", at=str(1520023934 + second))
        self.receive_ranges(link, 1)
        link.close()
        link, _ = self.link_from_holiday()
        ranges = self.receive_ranges(link, 1)
        self.assertEqual((ranges[0].after, ranges[-1].through), (0, 3))
        self.assertEqual([(update.step, update.time_ns) for update in ranges[0].updates],
                         [(3, 1520023936000000000)])

    def test_it_goes_back_when_we_answer_with_a_rewind(self):
        link, _ = self.link_from_holiday()
        self.report("kiwi")
        self.receive_ranges(link, 1)
        link.ack(vector=[propagate.Have(origin=0, through=0, rewind=True)], pushes=1)
        again = self.receive_ranges(link, 1)
        self.assertEqual((again[0].after, again[0].through), (0, 1))

    def test_what_is_new_comes_with_an_answer_though_a_push_is_under_way(self):
        link, _ = self.link_from_holiday()
        self.report("kiwi")
        self.receive_ranges(link, 1)
        self.report("other")
        link.push(propagate.Push())
        pushes = [packet.push for packet in link.receive_answer(1) if packet.HasField("push")]
        self.assertEqual([push.ranges[0].updates[0].client_id for push in pushes], [b"other"])

    def test_nonsense_as_an_ack_makes_it_hang_up_and_call_again(self):
        link, hello = self.link_from_holiday()
        link.ack(vector=[propagate.Have(origin=9, through=1)])
        self.assertIsNone(link.receive_push())
        _, again = self.link_from_holiday()
        self.assertEqual(again, hello)

    def test_it_hangs_up_when_another_answers(self):
        self.link_from_holiday(hello=hello_of("Goloman"))[0].receive_push()
        self.assertFalse(self.holiday.status().neighbors[0].inbound_up)


class WhomHolidayDoesNotFind(ForeignNeighbor):

    neighbor = "Welsh"

    def last_error(self):
        return self.holiday.status().neighbors[0].last_error

    def test_is_looked_for_and_the_reason_told(self):
        self.start_holiday()
        self.assertTrue(eventually(lambda: "refused" in self.last_error()))
        self.assertIn("cannot open the link to Welsh", self.holiday.log())

    def test_is_looked_for_anew_as_long_as_another_answers_in_its_place(self):
        other = Other(self.holiday.neighbor_propagate_port)
        try:
            self.start_holiday()
            callers = {other.next_caller() for _ in range(3)}
            self.assertEqual(len(callers), 3, callers)
            self.assertEqual(self.last_error(), Other.DENIAL)
        finally:
            other.stop()
        welsh = Welsh(self.holiday.neighbor_propagate_port)
        self.addCleanup(welsh.stop)
        self.assertEqual(welsh.next_link().receive().push.hello.receiver, "Welsh")


class WhoCallsHoliday(ForeignNeighbor):

    neighbor = "Goloman"

    def setUp(self):
        super().setUp()
        self.start_holiday()

    def call_holiday(self):
        link = LinkToHoliday(self.holiday.propagate_port)
        self.addCleanup(link.hang_up)
        return link

    def link_to_holiday(self):
        """A link whose hello is answered; with that answer."""
        link = self.call_holiday()
        link.hello()
        return link, link.receive()

    def test_its_first_packet_has_its_hello_and_no_vector_when_it_has_nothing(self):
        _, first = self.link_to_holiday()
        self.assertEqual(first.push.hello, propagate.Hello(
            server="Holiday", receiver="Goloman", start_ns=self.holiday.status().start_ns,
            clients_wait=True))
        self.assertTrue(first.HasField("ack"))
        self.assertEqual(list(first.ack.vector), [])
        self.assertTrue(self.holiday.status().neighbors[0].inbound_up)

    def test_its_first_packet_has_its_whole_vector(self):
        self.report("kiwi")
        self.report("other")
        _, first = self.link_to_holiday()
        holiday = propagate.Origin(server="Holiday", start_ns=first.push.hello.start_ns)
        self.assertEqual([(first.ack.origins[have.origin], have.through)
                          for have in first.ack.vector], [(holiday, 2)])

    def test_what_we_push_is_shown_byte_for_byte(self):
        link, first = self.link_to_holiday()
        verbatim = kiwi_update(
            b"text\xff", skew_ns=250000001, latitude=0, longitude=0, text_shape=0,
            position_text=b"+0000000000000000034.5-118.445127000000000000000",
            time_text=b"0001520023934.9189639971234567890")
        link.push(push_of(kiwi_update(b"numbers"), verbatim))
        ack = link.receive_ack()
        origins = list(first.ack.origins) + list(ack.origins)
        self.assertEqual([(origins[have.origin], have.through) for have in ack.vector],
                         [(goloman(), 2)])
        self.assertEqual(ack.pushes, 1)
        self.assertEqual(self.holiday.converse(b"WHATSAT numbers 10 5"),
                         b"AT Goloman -1.500000000 numbers %s %s" %
                         (KIWI.encode(), KIWI_TIME.encode()))
        self.assertEqual(self.holiday.converse(b"WHATSAT text\xff 10 5"),
                         b"AT Goloman +0.250000001 text\xff %s %s" %
                         (verbatim.position_text, verbatim.time_text))

    def test_what_we_pushed_is_not_sent_back_to_us(self):
        link, first = self.link_to_holiday()
        holiday = propagate.Origin(server="Holiday", start_ns=first.push.hello.start_ns)
        link.ack(origins=[holiday, goloman()], eager=[0, 1])
        link.push(push_of(kiwi_update(b"ours")))
        link.receive_answer(1)
        self.report("theirs")
        clients = [update.client_id
                   for one in self.receive_ranges(link, 1) for update in one.updates]
        self.assertEqual(clients, [b"theirs"])

    def test_a_range_beyond_a_gap_is_answered_with_a_rewind_and_changes_nothing(self):
        link, _ = self.link_to_holiday()
        link.push(push_of(kiwi_update(b"beyond"), after=5))
        ack = link.receive_ack()
        self.assertEqual(list(ack.vector), [propagate.Have(origin=0, through=0, rewind=True)])
        self.assertEqual(ack.pushes, 1)
        self.assertEqual(self.holiday.converse(b"WHATSAT beyond 10 5"), b"? WHATSAT beyond 10 5")
        link.push(push_of(kiwi_update(b"beyond", step=6), declare=False))
        ack = link.receive_ack()
        self.assertEqual(list(ack.vector), [propagate.Have(origin=0, through=6)])
        self.assertEqual(ack.pushes, 2)
        self.assertTrue(self.holiday.converse(b"WHATSAT beyond 10 5").startswith(b"AT Goloman "))

    def test_the_same_twice_is_harmless(self):
        link, _ = self.link_to_holiday()
        link.push(push_of(kiwi_update()))
        link.receive_ack()
        link.push(push_of(kiwi_update(), declare=False))
        ack = link.receive_ack()
        self.assertEqual((len(ack.vector), ack.pushes), (0, 2))
        neighbor = self.holiday.status().neighbors[0]
        self.assertEqual((neighbor.received_updates, neighbor.duplicate_updates), (2, 1))

    # Whom and what it refuses.

    def test_a_stranger_and_who_means_another_are_denied(self):
        for hello in (dict(server="Nobody"), dict(server="Holiday"), dict(server=""),
                      dict(receiver="Goloman"), dict(receiver="")):
            with self.subTest(**hello):
                link = self.call_holiday()
                link.hello(**hello)
                self.assertEqual(link.status(), grpc.StatusCode.PERMISSION_DENIED)

    def test_who_does_not_say_who_it_is_gives_way_to_others(self):
        silent = [self.call_holiday() for _ in range(70)]
        self.assertTrue(eventually(lambda: sum(link.has_ended() for link in silent) == 6))
        for link in silent:
            if link.has_ended():
                self.assertEqual(link.status(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        link, _ = self.link_to_holiday()
        link.push(push_of(kiwi_update()))
        self.assertIn(1, [have.through for have in link.receive_ack().vector])

    def test_a_hello_with_huge_names_is_denied_and_not_repeated(self):
        for hello in (dict(server="x" * 100_000), dict(receiver="x" * 100_000)):
            with self.subTest(**hello):
                link = self.call_holiday()
                link.hello(**hello)
                self.assertEqual(link.status(), grpc.StatusCode.PERMISSION_DENIED)
        self.assertTrue(eventually(lambda: "a hello with names of" in self.holiday.log()))
        self.assertNotIn("xxx", self.holiday.log())

    def test_a_first_push_without_hello_is_invalid(self):
        link = self.call_holiday()
        link.push(push_of(kiwi_update()))
        self.assertEqual(link.status(), grpc.StatusCode.INVALID_ARGUMENT)

    def test_nonsense_is_invalid_and_changes_nothing(self):
        no_text = dict(latitude=0, longitude=0, text_shape=0)
        nonsense = {
            "a second hello": hello_of("Goloman"),
            "an origin never declared": push_of(kiwi_update(), origin=1),
            "an origin without a name": propagate.Push(origins=[propagate.Origin(start_ns=1)]),
            "an origin without a start": propagate.Push(origins=[propagate.Origin(server="A")]),
            "an empty range": push_of(after=3, through=3),
            "a range backwards": push_of(after=3, through=2),
            "step 0": push_of(kiwi_update(step=0), through=1),
            "a step out of the range": push_of(kiwi_update(step=2), through=1),
            "no client": push_of(kiwi_update(b"")),
            "white space in the client": push_of(kiwi_update(b"a b")),
            "a client too long": push_of(kiwi_update(b"c" * 8193)),
            "beyond the pole": push_of(kiwi_update(latitude=90000001)),
            "beyond the date line": push_of(kiwi_update(longitude=180000001)),
            "an impossible shape": push_of(kiwi_update(text_shape=1)),
            "no text at all": push_of(kiwi_update(**no_text)),
            "a text that is no position": push_of(kiwi_update(
                position_text=b"here", time_text=KIWI_TIME.encode(), **no_text)),
            "a text of another time": push_of(kiwi_update(
                position_text=KIWI.encode(), time_text=b"1520023935", **no_text)),
        }
        for what, push in nonsense.items():
            with self.subTest(what):
                link, _ = self.link_to_holiday()
                link.push(push)
                self.assertEqual(link.status(), grpc.StatusCode.INVALID_ARGUMENT)
        status = self.holiday.status()
        self.assertEqual(status.clients, 0)
        self.assertEqual(status.neighbors[0].refused_messages, len(nonsense))

    def test_a_hello_that_brings_something_is_invalid(self):
        for what, push in {"a range": push_of(kiwi_update()),
                           "an origin": push_of(kiwi_update(), declare=True),
                           "that it leaves": propagate.Push(leaving=True)}.items():
            with self.subTest(what):
                push.hello.CopyFrom(hello_of("Goloman").hello)
                link = self.call_holiday()
                link.push(push)
                self.assertEqual(link.status(), grpc.StatusCode.INVALID_ARGUMENT)

    def test_the_refusal_is_told_also_while_an_answer_is_under_way(self):
        for number in range(300):
            link = self.call_holiday()
            link.hello()
            link.push(push_of(after=3, through=2))
            self.assertEqual(link.status(), grpc.StatusCode.INVALID_ARGUMENT, number)

    def test_updates_of_its_own_run_that_it_never_made_are_invalid(self):
        link, first = self.link_to_holiday()
        push = push_of(kiwi_update())
        push.origins[0].CopyFrom(propagate.Origin(server="Holiday",
                                                  start_ns=first.push.hello.start_ns))
        link.push(push)
        self.assertEqual(link.status(), grpc.StatusCode.INVALID_ARGUMENT)

    def test_nonsense_as_an_ack_is_invalid(self):
        link, _ = self.link_to_holiday()
        link.ack(vector=[propagate.Have(origin=9, through=1)])
        self.assertEqual(link.status(), grpc.StatusCode.INVALID_ARGUMENT)

    def test_the_newest_link_takes_the_place_of_the_older(self):
        older, _ = self.link_to_holiday()
        newer, _ = self.link_to_holiday()
        self.assertEqual(older.status(), grpc.StatusCode.ABORTED)
        newer.push(push_of(kiwi_update()))
        self.assertEqual(newer.receive_ack().pushes, 1)

    def test_a_server_that_stops_says_that_it_is_unavailable(self):
        link, _ = self.link_to_holiday()
        self.assertEqual(self.holiday.terminate(), 0)
        self.assertEqual(link.status(), grpc.StatusCode.UNAVAILABLE)


class WhoCallsThoughHeIsToBeCalled(ForeignNeighbor):

    neighbor = "Welsh"

    def test_is_denied(self):
        self.start_holiday()
        link = LinkToHoliday(self.holiday.propagate_port)
        self.addCleanup(link.hang_up)
        link.hello(server="Welsh")
        self.assertEqual(link.status(), grpc.StatusCode.PERMISSION_DENIED)


class WhomHolidayWaitsFor(ForeignNeighbor):

    neighbor = "Goloman"

    def test_is_told_where_it_is_until_there_is_a_link(self):
        goloman = Goloman(self.holiday.neighbor_propagate_port)
        self.addCleanup(goloman.stop)
        self.start_holiday()
        hello = propagate.Hello(server="Holiday", receiver="Goloman",
                                start_ns=self.holiday.status().start_ns)
        self.assertEqual([goloman.next_knock() for _ in range(3)], [hello] * 3)
        self.assertGreaterEqual(self.holiday.status().neighbors[0].knocks, 3)
        link = LinkToHoliday(self.holiday.propagate_port)
        self.addCleanup(link.hang_up)
        link.hello()
        self.assertIsNotNone(link.receive())
        link.hang_up()
        self.assertEqual(goloman.next_knock(), hello)


class WhoKnocksAtHoliday(ForeignNeighbor):

    neighbor = "Welsh"
    # Kept for documentation (RFC 5737): nobody is there.
    neighbor_host = "192.0.2.1"
    # Where a connection to a loopback address comes from.
    neighbor_address = "127.0.0.1"

    def setUp(self):
        super().setUp()
        self.welsh = Welsh(self.holiday.neighbor_propagate_port, self.neighbor_address)
        self.addCleanup(self.welsh.stop)
        self.start_holiday()

    def test_is_called_where_it_knocks_from(self):
        self.assertEqual(self.knock(), grpc.StatusCode.OK)
        self.assertEqual(self.welsh.next_link().receive().push.hello.receiver, "Welsh")

    def test_a_stranger_and_who_means_another_are_denied(self):
        for words in (dict(server="Nobody"), dict(server="Holiday"), dict(server=""),
                      dict(receiver="Welsh"), dict(receiver="")):
            with self.subTest(**words):
                self.assertEqual(self.knock(**words), grpc.StatusCode.PERMISSION_DENIED)

    def test_is_counted_when_it_is_not_denied(self):
        for words in (dict(), dict(server="Nobody"), dict()):
            self.knock(**words)
        self.assertEqual(self.holiday.status().neighbors[0].knocks, 2)

    def link_with(self, start_ns):
        """The next link, with the run that began then."""
        link = self.welsh.next_link()
        its_hello = link.receive().push.hello
        link.send(push=hello_of("Welsh", start_ns=start_ns), ack=propagate.Ack(
            origins=[propagate.Origin(server="Holiday", start_ns=its_hello.start_ns)], eager=[0]))
        self.assertIsNotNone(link.receive_ack())
        return link

    def assert_stays(self, link, client_id):
        """It brings what is reported now."""
        self.report(client_id)
        self.assertEqual(len(self.receive_ranges(link, 1)), 1)

    def test_is_called_again_when_it_has_been_started_anew_and_only_then(self):
        self.knock()
        link = self.link_with(OUR_START_NS)
        for start_ns in (OUR_START_NS - 1, OUR_START_NS):
            self.knock(start_ns=start_ns)
        self.assert_stays(link, "kiwi")
        self.knock(start_ns=OUR_START_NS + 1)
        self.assertIsNone(link.receive_push())
        link = self.link_with(OUR_START_NS + 1)
        self.assertIn("it has been started anew", self.holiday.log())
        # Whoever says so too often is not believed.
        self.knock(start_ns=OUR_START_NS + 2)
        self.assert_stays(link, "emu")

    def test_is_answered_though_others_do_not_take_their_answers(self):
        hello = propagate.Hello(server="Welsh", receiver="Holiday", start_ns=OUR_START_NS)
        for _ in range(5):
            deaf = DeafCaller(self.holiday.address, self.holiday.propagate_port,
                              b"/herd.v1.Propagate/Knock", hello.SerializeToString(), PATIENCE_S)
            self.addCleanup(deaf.hang_up)
            self.assertTrue(deaf.answer_has_begun())
        self.assertEqual(self.knock(), grpc.StatusCode.OK)

    def test_waits_while_its_connection_has_two_other_calls(self):
        hello = propagate.Hello(server="Welsh", receiver="Holiday", start_ns=OUR_START_NS)
        with grpc.insecure_channel(at(self.holiday.address, self.holiday.propagate_port),
                                   options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            stub = propagate_grpc.PropagateStub(channel)
            # By then it knows what Holiday takes.
            self.assertEqual(stub.Knock.future(hello).code(), grpc.StatusCode.OK)
            links = [stub.Link(Stream().outgoing()) for _ in range(2)]
            waiting = stub.Knock.future(hello)
            self.assertEqual([self.knock() for _ in range(3)], [grpc.StatusCode.OK] * 3)
            self.assertFalse(waiting.done())
            links[0].cancel()
            self.assertEqual(waiting.code(), grpc.StatusCode.OK)

    def test_is_not_called_when_an_operator_does_not_want_it(self):
        with grpc.insecure_channel("%s:%d" % (private_address(), self.holiday.operator_port),
                                   options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            stub = operator_grpc.OperatorStub(channel)
            stub.Disconnect(operator.DisconnectRequest(neighbor="Welsh"), timeout=PATIENCE_S)
            self.assertEqual(self.knock(), grpc.StatusCode.UNAVAILABLE)
            stub.Reconnect(operator.ReconnectRequest(neighbor="Welsh"), timeout=PATIENCE_S)
        self.assertEqual(self.knock(), grpc.StatusCode.OK)


@unittest.skipUnless(has_ipv6(), "this machine has no IPv6")
class WhoKnocksAtHolidayOverIpv6(ForeignNeighbor):

    neighbor = "Welsh"
    holiday_address = "::1"
    # Kept for documentation (RFC 3849): nobody is there.
    neighbor_host = "2001:db8::1"
    neighbor_address = "::1"

    def test_is_called_where_it_knocks_from(self):
        welsh = Welsh(self.holiday.neighbor_propagate_port, self.neighbor_address)
        self.addCleanup(welsh.stop)
        self.start_holiday()
        self.assertEqual(self.knock(), grpc.StatusCode.OK)
        self.assertEqual(welsh.next_link().receive().push.hello.receiver, "Welsh")


class WhoKnocksFromWhereItDoesNotListen(ForeignNeighbor):

    neighbor = "Welsh"

    def test_is_found_by_its_name_all_the_same(self):
        self.start_holiday()
        found = threading.Event()

        def knock_on():
            while not found.is_set():
                self.knock()

        knocking = threading.Thread(target=knock_on)
        knocking.start()
        self.addCleanup(knocking.join)
        self.addCleanup(found.set)
        welsh = Welsh(self.holiday.neighbor_propagate_port)
        self.addCleanup(welsh.stop)
        self.assertEqual(welsh.next_link().receive().push.hello.receiver, "Welsh")


class WhoKnocksThoughItCalls(ForeignNeighbor):

    neighbor = "Goloman"

    def test_is_denied(self):
        self.start_holiday()
        self.assertEqual(self.knock(), grpc.StatusCode.PERMISSION_DENIED)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True, help="the herd-server program")
    parser.add_argument("--client", required=True, help="the herd-client program")
    parser.add_argument("--protos", required=True, help="the directory of herd/v1/*.proto")
    parser.add_argument("--protoc", default="protoc")
    parser.add_argument("--grpc-plugin", required=True, help="the grpc_python_plugin program")
    global arguments
    arguments, rest = parser.parse_known_args()
    with tempfile.TemporaryDirectory(prefix="herd-stubs-") as directory:
        make_stubs(directory)
        unittest.main(argv=[sys.argv[0], *rest], testRunner=unittest.TextTestRunner(
            verbosity=2, resultclass=ResultWithLog))


if __name__ == "__main__":
    main()
