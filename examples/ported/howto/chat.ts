/**
 * A chat whose protocol is a machine of two states: first a name is wanted, then all is talk. Twisted: the chat of "Writing Servers".
 *
 *     node --import tsx examples/ported/howto/chat.ts                   on 127.0.0.1, port 8123
 *     node --import tsx examples/ported/howto/chat.ts tcp:9000          elsewhere
 */
import {
  Factory,
  LineReceiver,
  getReactor,
  serverDescription,
  serverFromString,
} from '../../../src/index.js';

export class Chat extends LineReceiver {
  declare factory: ChatFactory;
  state: 'GETNAME' | 'CHAT' = 'GETNAME';
  name = '';

  override connectionMade(): void {
    this.say('Who are you?');
  }

  override connectionLost(): void {
    if (this.state === 'GETNAME') return;
    this.factory.users.delete(this.name);
    this.factory.tell(`${this.name} has gone`);
  }

  override lineReceived(line: Buffer): void {
    const text = line.toString();
    if (this.state === 'GETNAME') this.nameReceived(text);
    else this.factory.tell(`<${this.name}> ${text}`, this);
  }

  nameReceived(name: string): void {
    if (name === '' || this.factory.users.has(name)) {
      this.say('Take another name');
      return;
    }
    this.name = name;
    this.state = 'CHAT';
    this.factory.tell(`${name} has come`);
    this.factory.users.set(name, this);
    this.say(`Welcome, ${name}`);
  }

  say(text: string): void {
    this.sendLine(Buffer.from(text));
  }
}

export class ChatFactory extends Factory<Chat> {
  override protocol = Chat;
  readonly users = new Map<string, Chat>();

  tell(text: string, speaker?: Chat): void {
    for (const user of this.users.values()) {
      if (user !== speaker) user.say(text);
    }
  }
}

if (process.argv[1] === import.meta.filename) {
  const [description = 'tcp:8123:interface=127.0.0.1'] = process.argv.slice(2);
  const reactor = getReactor();
  const port = await serverFromString(reactor, description).listen(new ChatFactory());
  console.log(`listening on ${serverDescription(port.getHost())}`);
  await reactor.run();
}
