/** Conversations in lines, netstrings and strings with a length in front: who asks sends all items and compares what comes back. */
import {
  Int32StringReceiver,
  type IProtocol,
  type ITCPTransport,
  LineReceiver,
  NetstringReceiver,
} from '../../../src/index.js';

/** The same as Twisted's side sends. */
const items = Array.from({ length: 1000 }, (_, i) =>
  Buffer.alloc((i * 37) % 2000, String.fromCharCode(97 + (i % 26))),
).concat(Buffer.alloc(16_000, 'z'));

export const ITEMS = items.length;

interface Line {
  send(item: Buffer): void;
  readonly transport: ITCPTransport;
}

/** What a side does with the items, whatever their frames. */
export interface Conversation {
  begin?(line: Line): void;
  heard(item: Buffer, line: Line): void;
  /** How many items were right. */
  readonly right: number;
}

export class Asking implements Conversation {
  right = 0;
  #heard = 0;

  begin(line: Line): void {
    for (const item of items) line.send(item);
  }

  heard(item: Buffer, { transport }: Line): void {
    if (items[this.#heard++]?.equals(item) === true) this.right += 1;
    if (this.#heard === items.length) transport.loseConnection();
  }
}

export class Echoing implements Conversation {
  right = 0;

  heard(item: Buffer, line: Line): void {
    if (items[this.right]?.equals(item) === true) this.right += 1;
    line.send(item);
  }
}

export type FramedProtocol = IProtocol & Line & { readonly conversation: Conversation };

class Lines extends LineReceiver implements FramedProtocol {
  constructor(readonly conversation: Conversation) {
    super();
  }

  override connectionMade(): void {
    this.conversation.begin?.(this);
  }

  override lineReceived(line: Buffer): void {
    this.conversation.heard(line, this);
  }

  send(item: Buffer): void {
    this.sendLine(item);
  }
}

class Netstrings extends NetstringReceiver implements FramedProtocol {
  constructor(readonly conversation: Conversation) {
    super();
  }

  override connectionMade(): void {
    this.conversation.begin?.(this);
  }

  override stringReceived(string: Buffer): void {
    this.conversation.heard(string, this);
  }

  send(item: Buffer): void {
    this.sendString(item);
  }
}

class Int32Strings extends Int32StringReceiver implements FramedProtocol {
  constructor(readonly conversation: Conversation) {
    super();
  }

  override connectionMade(): void {
    this.conversation.begin?.(this);
  }

  override stringReceived(string: Buffer): void {
    this.conversation.heard(string, this);
  }

  send(item: Buffer): void {
    this.sendString(item);
  }
}

export const FRAMED = { lines: Lines, netstrings: Netstrings, int32: Int32Strings } as const;
