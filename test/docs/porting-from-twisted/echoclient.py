import sys

from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.endpoints import clientFromString, connectProtocol
from twisted.internet.task import react
from twisted.protocols.basic import LineReceiver

LINES = [b"A line", b"and one more", b"That was all"]


class EchoClient(LineReceiver):
    def __init__(self):
        self.done = Deferred()
        self.received = 0

    def connectionMade(self):
        for line in LINES:
            self.sendLine(line)

    def lineReceived(self, line):
        print(f"came back: {line.decode()}")
        self.received += 1
        if self.received == len(LINES):
            self.transport.loseConnection()

    def connectionLost(self, reason):
        if self.received == len(LINES):
            self.done.callback(self.received)
        else:
            self.done.errback(reason)


@inlineCallbacks
def main(reactor, description="tcp:127.0.0.1:8000"):
    endpoint = clientFromString(reactor, description)
    client = yield connectProtocol(endpoint, EchoClient())
    print(f"{(yield client.done)} lines")


if __name__ == "__main__":
    react(main, sys.argv[1:])
