import sys

from twisted.internet import reactor
from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Factory, Protocol


class Echo(Protocol):
    def connectionMade(self):
        self.transport.registerProducer(self.transport, True)

    def dataReceived(self, data):
        self.transport.write(data)


def listening(port):
    print(f"listening on {port.getHost()}", flush=True)


if __name__ == "__main__":
    description = sys.argv[1] if len(sys.argv) > 1 else "tcp:8000:interface=127.0.0.1"
    d = serverFromString(reactor, description).listen(Factory.forProtocol(Echo))
    d.addCallback(listening)
    reactor.run()
