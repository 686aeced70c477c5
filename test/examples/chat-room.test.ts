import { expect } from 'chai';
import { type Chat, ChatRoom } from '../../examples/chat-room.js';
import { IPv4Address } from '../../src/address/index.js';
import { PausableTransport } from '../protocols/pausable-transport.js';

/** What a chat needs of a transport. */
class ChatTransport extends PausableTransport {
  registerProducer(): void {}

  unregisterProducer(): void {}
}

class Visitor {
  readonly transport = new ChatTransport();
  readonly #chat: Chat;

  constructor(room: ChatRoom, nickname?: string) {
    this.#chat = room.buildProtocol(new IPv4Address('TCP', '127.0.0.1', 1))!;
    this.#chat.makeConnection(this.transport);
    if (nickname === undefined) return;
    this.says(nickname);
    this.hears();
  }

  says(line: string, end = '\n'): void {
    this.#chat.dataReceived(Buffer.from(line + end));
  }

  /** The lines since it was asked last. */
  hears(): string[] {
    const lines = Buffer.from(this.transport.text, 'latin1').toString().split('\n').slice(0, -1);
    this.transport.text = '';
    return lines;
  }

  leaves(): void {
    this.#chat.connectionLost();
  }
}

describe('The chat of lines', () => {
  it('asks for a nickname, and tells all others who comes, speaks and leaves', () => {
    const room = new ChatRoom();
    const ann = new Visitor(room, 'Ann');
    const zoe = new Visitor(room);
    expect(zoe.hears()).to.deep.equal(['What is your name?']);
    zoe.says('Zoë', '\r\n');
    expect(zoe.hears()).to.deep.equal(['Welcome, Zoë. Here are: Ann, Zoë']);
    ann.says('Hello');
    zoe.leaves();
    expect(zoe.hears()).to.deep.equal(['<Ann> Hello']);
    expect(ann.hears()).to.deep.equal(['Zoë has come', 'Zoë has left']);
  });

  it('has no two of one nickname, and no nonsense for one', () => {
    const room = new ChatRoom();
    const ann = new Visitor(room, 'Ann');
    const other = new Visitor(room);
    other.hears();
    for (const nickname of ['Ann', '', 'a b', 'x'.repeat(17)]) other.says(nickname);
    expect(other.hears().map((line) => line.split('.')[0])).to.deep.equal([
      'Ann is here already',
      ...Array.from({ length: 3 }, () => 'A name has 1 to 16 letters, digits, _ or -'),
    ]);
    expect(ann.hears()).to.deep.equal([]);
  });

  it('obeys commands', () => {
    const room = new ChatRoom();
    const [ann, bob] = [new Visitor(room, 'Ann'), new Visitor(room, 'Bob')];
    ann.hears();
    for (const command of ['/nick Bob', '/nick Anna', '/who', '/what', '/quit', 'never heard'])
      ann.says(command);
    expect(ann.hears()).to.deep.equal([
      'Bob is here already',
      'Ann is now called Anna',
      'Bob, Anna',
      'There are /nick NAME, /who and /quit',
      'Goodbye',
    ]);
    expect(ann.transport.disconnecting).to.equal(true);
    expect(bob.hears()).to.deep.equal(['Ann is now called Anna']);
  });

  it('ends the connection of who sends too long a line, and of who finds the room full', () => {
    const room = new ChatRoom(1);
    const ann = new Visitor(room, 'Ann');
    const bob = new Visitor(room);
    expect([bob.hears(), bob.transport.disconnecting]).to.deep.equal([['The room is full'], true]);
    ann.says('x'.repeat(513), '');
    expect([ann.hears(), ann.transport.disconnecting]).to.deep.equal([['A line may have 512 bytes'], true]);
  });
});
