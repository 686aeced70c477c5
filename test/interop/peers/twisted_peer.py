"""
Twisted's side of test/interop/twisted.ts:

    twisted_peer.py client EXCHANGE PORT     connects
    twisted_peer.py server EXCHANGE          listens, and says first on which port

Either way it makes one exchange, says in one line of JSON how that went, and ends.
"""

import hashlib
import json
import sys

from twisted.internet import interfaces, protocol, reactor
from twisted.protocols import basic
from zope.interface import implementer

ITEMS = [bytes([97 + i % 26]) * (i * 37 % 2000) for i in range(1000)] + [b"z" * 16000]
BIG = 60_000_000
PIECE = bytes(range(250)) * 240
CROWD = 300
SOME = 200_000


def tell(**report):
    print(json.dumps(report), flush=True)
    if reactor.running:
        reactor.stop()


def name(reason):
    return reason.type.__name__


# ---- framed strings: the asker sends all items and compares what comes back


class AsksItems:
    def connectionMade(self):
        self.received = []
        for item in ITEMS:
            self.sendItem(item)

    def itemReceived(self, item):
        self.received.append(item)
        if len(self.received) == len(ITEMS):
            self.transport.loseConnection()

    def connectionLost(self, reason):
        tell(same=self.received == ITEMS, items=len(self.received), reason=name(reason))


class EchoesItems:
    count = 0

    def itemReceived(self, item):
        self.count += 1
        self.sendItem(item)

    def connectionLost(self, reason):
        tell(same=True, items=self.count, reason=name(reason))


class Lines(basic.LineReceiver):
    def sendItem(self, item):
        self.sendLine(item)

    def lineReceived(self, line):
        self.itemReceived(line)


class Strings:
    def sendItem(self, item):
        self.sendString(item)

    def stringReceived(self, string):
        self.itemReceived(string)


class Netstrings(Strings, basic.NetstringReceiver):
    pass


class Int32Strings(Strings, basic.Int32StringReceiver):
    pass


# ---- how connections end


class Counts(protocol.Protocol):
    received = 0
    events = ()

    def dataReceived(self, data):
        self.received += len(data)

    def connectionLost(self, reason):
        tell(received=self.received, reason=name(reason), events=list(self.events))


@implementer(interfaces.IHalfCloseableProtocol)
class HalfCloses(Counts):
    """Says something, ends its writing, and reads on. (Twisted doesn't end a connection because both directions have.)"""

    def connectionMade(self):
        self.events = []
        self.transport.write(b"q" * SOME)
        self.transport.loseWriteConnection()

    def readConnectionLost(self):
        self.events.append("read")
        self.transport.loseConnection()

    def writeConnectionLost(self):
        self.events.append("write")


@implementer(interfaces.IHalfCloseableProtocol)
class AnswersHalfClose(Counts):
    """Answers when the other side has ended its writing."""

    def connectionMade(self):
        self.events = []

    def readConnectionLost(self):
        self.events.append("read")
        self.transport.write(b"a" * SOME)
        self.transport.loseConnection()

    def writeConnectionLost(self):
        self.events.append("write")


class Aborts(Counts):
    """Resets the connection when something has come."""

    def dataReceived(self, data):
        self.received += len(data)
        self.transport.abortConnection()


class Speaks(Counts):
    def connectionMade(self):
        self.transport.write(b"hello")


# ---- big transfers


@implementer(interfaces.IPullProducer)
class AsksBig(protocol.Protocol):
    """Sends a lot, doesn't read for a while, and compares what comes back."""

    def connectionMade(self):
        self.sent, self.received = 0, 0
        self.said, self.heard = hashlib.sha256(), hashlib.sha256()
        self.transport.registerProducer(self, False)
        self.transport.pauseProducing()
        reactor.callLater(0.3, self.transport.resumeProducing)

    def resumeProducing(self):
        piece = PIECE[: BIG - self.sent]
        self.sent += len(piece)
        self.said.update(piece)
        self.transport.write(piece)
        if self.sent == BIG:
            self.transport.unregisterProducer()

    def stopProducing(self):
        pass

    def dataReceived(self, data):
        self.received += len(data)
        self.heard.update(data)
        if self.received == BIG:
            self.transport.loseConnection()

    def connectionLost(self, reason):
        same = self.said.digest() == self.heard.digest()
        tell(same=same, received=self.received, reason=name(reason))


class Echoes(Counts):
    def connectionMade(self):
        self.transport.registerProducer(self.transport, True)

    def dataReceived(self, data):
        self.received += len(data)
        self.transport.write(data)


# ---- many connections at once


class AsksInCrowd(basic.LineReceiver):
    present, answered = [], 0

    def connectionMade(self):
        self.present.append(self)
        if len(self.present) == CROWD:
            for one in self.present:
                one.sendLine(b"present")

    def lineReceived(self, line):
        AsksInCrowd.answered += line == b"present"
        self.transport.loseConnection()

    def connectionLost(self, reason):
        self.present.remove(self)
        if not self.present:
            tell(answered=self.answered)


class EchoesInCrowd(basic.LineReceiver):
    gone, answered = 0, 0

    def lineReceived(self, line):
        EchoesInCrowd.answered += line == b"present"
        self.sendLine(line)

    def connectionLost(self, reason):
        EchoesInCrowd.gone += 1
        if self.gone == CROWD:
            tell(answered=self.answered)


def pair(kind):
    asks = type("Asks", (AsksItems, kind), {})
    echoes = type("Echoes", (EchoesItems, kind), {})
    return asks, echoes


# What Twisted does as the client, and as the server.
EXCHANGES = {
    "lines": pair(Lines),
    "netstrings": pair(Netstrings),
    "int32": pair(Int32Strings),
    "peer-half-closes": (HalfCloses, HalfCloses),
    "heddle-half-closes": (AnswersHalfClose, AnswersHalfClose),
    "peer-aborts": (Aborts, Aborts),
    "heddle-aborts": (Speaks, Speaks),
    "big": (AsksBig, Echoes),
    "crowd": (AsksInCrowd, EchoesInCrowd),
}


def main(role, exchange, port=None):
    asks, echoes = EXCHANGES[exchange]
    if role == "client":
        factory = protocol.ClientFactory.forProtocol(asks)
        for _ in range(CROWD if exchange == "crowd" else 1):
            reactor.connectTCP("127.0.0.1", int(port), factory)
    else:
        factory = protocol.Factory.forProtocol(echoes)
        print(reactor.listenTCP(0, factory, interface="127.0.0.1").getHost().port, flush=True)
    reactor.run()


main(*sys.argv[1:])
