"""Sends each line back, on Twisted's LineReceiver."""
from twisted_control import serve

from twisted.protocols.basic import LineReceiver


class EchoLines(LineReceiver):
    def lineReceived(self, line):
        self.sendLine(line)


serve(EchoLines)
