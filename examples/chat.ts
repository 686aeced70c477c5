/** The server in the README: whatever one client says, all others hear. */
import { Factory, type Failure, Protocol, getReactor } from '../src/index.js';

class Chat extends Protocol {
  declare factory: ChatRoom;

  override connectionMade() {
    this.factory.members.add(this);
  }

  override dataReceived(data: Buffer) {
    for (const member of this.factory.members) {
      if (member !== this) member.transport.write(data);
    }
  }

  override connectionLost(reason: Failure) {
    this.factory.members.delete(this);
    console.log(`${this.transport.getPeer().host} left: ${reason.getErrorMessage()}`);
  }
}

class ChatRoom extends Factory<Chat> {
  override protocol = Chat;
  readonly members = new Set<Chat>();
}

const reactor = getReactor();
const port = reactor.listenTCP(8123, new ChatRoom(), { interface: '127.0.0.1' });
port.events.on('recovered', ({ shed }) => console.log(`turned ${shed} clients away`));
await reactor.run(); // until SIGINT or SIGTERM
