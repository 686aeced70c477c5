"""An echo server on Twisted's epoll reactor with its defaults, written as its users write it."""
from twisted_control import serve

from twisted.internet.protocol import Protocol


class Echo(Protocol):
    def dataReceived(self, data):
        self.transport.write(data)


serve(Echo)
