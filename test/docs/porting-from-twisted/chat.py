import sys

from twisted.internet import reactor
from twisted.internet.endpoints import serverFromString
from twisted.internet.protocol import Factory
from twisted.protocols.basic import LineReceiver


class Chat(LineReceiver):
    def __init__(self):
        self.state = "GETNAME"
        self.name = ""

    def connectionMade(self):
        self.say("Who are you?")

    def connectionLost(self, reason):
        if self.state == "GETNAME":
            return
        del self.factory.users[self.name]
        self.factory.tell(f"{self.name} has gone")

    def lineReceived(self, line):
        text = line.decode(errors="replace")
        if self.state == "GETNAME":
            self.nameReceived(text)
        else:
            self.factory.tell(f"<{self.name}> {text}", self)

    def nameReceived(self, name):
        if name == "" or name in self.factory.users:
            self.say("Take another name")
            return
        self.name = name
        self.state = "CHAT"
        self.factory.tell(f"{name} has come")
        self.factory.users[name] = self
        self.say(f"Welcome, {name}")

    def say(self, text):
        self.sendLine(text.encode())


class ChatFactory(Factory):
    protocol = Chat

    def __init__(self):
        self.users = {}

    def tell(self, text, speaker=None):
        for user in self.users.values():
            if user is not speaker:
                user.say(text)


def listening(port):
    print(f"listening on {port.getHost()}", flush=True)


if __name__ == "__main__":
    description = sys.argv[1] if len(sys.argv) > 1 else "tcp:8123:interface=127.0.0.1"
    d = serverFromString(reactor, description).listen(ChatFactory())
    d.addCallback(listening)
    reactor.run()
