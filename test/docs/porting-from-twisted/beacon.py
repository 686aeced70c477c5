import sys

from twisted.application.internet import ClientService, TimerService, backoffPolicy
from twisted.application.service import MultiService
from twisted.internet import reactor
from twisted.internet.defer import CancelledError
from twisted.internet.endpoints import clientFromString
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineReceiver


class Beacon(LineReceiver):
    def lineReceived(self, line):
        print(f"heard {line.decode()}", flush=True)


def makeService(endpoint, interval):
    client = ClientService(
        endpoint,
        Factory.forProtocol(Beacon),
        retryPolicy=backoffPolicy(initialDelay=0.05, maxDelay=1, jitter=lambda: 0),
    )
    beats = 0

    def send(beacon):
        nonlocal beats
        beats += 1
        beacon.sendLine(f"beat {beats}".encode())

    # The timer waits for what this returns before it calls again.
    def beat():
        d = client.whenConnected()
        d.addCallbacks(send, lambda failure: failure.trap(CancelledError) and None)
        return d

    services = MultiService()
    client.setServiceParent(services)
    TimerService(interval, beat).setServiceParent(services)
    return services


if __name__ == "__main__":
    description, interval = (sys.argv[1:] + ["tcp:127.0.0.1:8125", "1"])[:2]
    services = makeService(clientFromString(reactor, description), float(interval))
    reactor.addSystemEventTrigger("before", "shutdown", services.stopService)
    services.startService()
    reactor.run()
    print("stopped", flush=True)
