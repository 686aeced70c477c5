"""The conversation that control.mjs describes, on Twisted. Import it first: it chooses the reactor."""
from twisted.internet import epollreactor

epollreactor.install()

from twisted.internet import protocol, reactor, stdio  # noqa: E402
from twisted.protocols.basic import LineReceiver  # noqa: E402

from control import answer  # noqa: E402

# Twisted's own, 50, is fewer than the clients that come at once.
BACKLOG = 1024


class Control(LineReceiver):
    delimiter = b"\n"

    def lineReceived(self, request):
        self.sendLine(answer(request))

    def connectionLost(self, reason=protocol.connectionDone):
        reactor.stop()


def serve(server_protocol):
    """Listens, announces the port, and runs the reactor until standard input ends."""
    factory = protocol.Factory.forProtocol(server_protocol)
    port = reactor.listenTCP(0, factory, backlog=BACKLOG, interface="127.0.0.1")
    control = stdio.StandardIO(Control())
    control.write(b"port %d\n" % port.getHost().port)
    reactor.run()
