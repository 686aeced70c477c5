import { Factory, type Failure, Protocol, getReactor } from 'heddle';

class Chat extends Protocol {
  declare factory: Room;

  override connectionMade() {
    this.factory.tell('somebody has come\n', this);
    this.factory.members.add(this);
    this.transport.write(Buffer.from(`you are number ${this.factory.members.size}\n`));
  }

  override dataReceived(data: Buffer) {
    if (data.toString().includes('crash')) throw new Error('This is a mistake');
    this.factory.tell(data, this);
  }

  override connectionLost(reason: Failure) {
    this.factory.members.delete(this);
    this.factory.tell('somebody has left\n', this);
    console.log(`a member is gone: ${reason.getErrorMessage()}`);
  }
}

class Room extends Factory<Chat> {
  override readonly protocol = Chat;
  readonly members = new Set<Chat>();

  /** Tells everybody but `speaker`. */
  tell(what: string | Buffer, speaker: Chat) {
    for (const member of this.members) {
      if (member !== speaker) member.transport.write(Buffer.from(what));
    }
  }
}

const reactor = getReactor();
const number = Number(process.argv[2] ?? 8007);
const port = reactor.listenTCP(number, new Room(), { interface: '127.0.0.1' });
console.log(`listening on port ${port.getHost().port}`);
await reactor.run();
