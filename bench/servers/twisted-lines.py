"""Sends each line back, on Twisted's LineReceiver. It answers the requests that control.mjs describes."""
import gc
import json
import resource

from twisted.internet import epollreactor

epollreactor.install()

from twisted.internet import protocol, reactor, stdio  # noqa: E402
from twisted.protocols.basic import LineReceiver  # noqa: E402


class EchoLines(LineReceiver):
    def lineReceived(self, line):
        self.sendLine(line)


def usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/statm") as statm:
        rss = int(statm.read().split()[1]) * resource.getpagesize()
    return {"userUs": round(used.ru_utime * 1e6), "systemUs": round(used.ru_stime * 1e6), "rss": rss, "heap": 0}


def collect_garbage():
    gc.collect()
    return {}


class Control(LineReceiver):
    delimiter = b"\n"
    answers = {b"usage": usage, b"gc": collect_garbage}

    def lineReceived(self, request):
        self.sendLine(json.dumps(self.answers[request]()).encode())

    def connectionLost(self, reason=protocol.connectionDone):
        reactor.stop()


port = reactor.listenTCP(0, protocol.Factory.forProtocol(EchoLines), interface="127.0.0.1")
control = stdio.StandardIO(Control())
control.write(b"port %d\n" % port.getHost().port)
reactor.run()
