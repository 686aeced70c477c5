import { Factory, LineReceiver } from '../src/index.js'; // 'heddle', in a program of yours

/**
 * The protocol of the chat of chat-lines.ts, and the room that its members share. Lines are UTF-8. The first line of a client is its
 * nickname, every other one is said to all others, unless it is a command: /nick NAME, /who, /quit.
 */
const NICKNAME = /^[\p{L}\p{N}_-]{1,16}$/u;

export class Chat extends LineReceiver {
  declare factory: ChatRoom;

  /** A line that is longer ends the connection, before more than this of it is kept. */
  override MAX_LENGTH = 512;

  /** Lines that come from telnet end with CR LF, those from nc with LF alone. Both do. */
  override delimiter = Buffer.from('\n');

  nickname = '';

  override connectionMade(): void {
    // Who talks and doesn't listen isn't listened to either, so that nothing piles up for him.
    this.transport.registerProducer(this, true);
    if (this.factory.members.size >= this.factory.membersMax) this.#leave('The room is full');
    else this.say('What is your name?');
  }

  override lineReceived(line: Buffer): void {
    const text = line.toString().trimEnd();
    if (this.nickname === '') this.#enter(text);
    else if (text.startsWith('/')) this.#obey(text);
    else if (text !== '') this.factory.tell(`<${this.nickname}> ${text}`, this);
  }

  override lineLengthExceeded(): void {
    this.#leave(`A line may have ${this.MAX_LENGTH} bytes`);
  }

  override connectionLost(): void {
    if (this.factory.members.get(this.nickname) !== this) return;
    this.factory.members.delete(this.nickname);
    this.factory.tell(`${this.nickname} has left`);
  }

  say(text: string): void {
    this.sendLine(Buffer.from(text));
  }

  #enter(nickname: string): void {
    const taken = this.#whyNot(nickname);
    if (taken !== undefined) {
      this.say(`${taken}. What is your name?`);
      return;
    }
    this.nickname = nickname;
    this.factory.members.set(nickname, this);
    this.say(`Welcome, ${nickname}. Here are: ${[...this.factory.members.keys()].join(', ')}`);
    this.factory.tell(`${nickname} has come`, this);
  }

  #obey(text: string): void {
    const [command, argument = ''] = text.split(' ', 2);
    if (command === '/quit') this.#leave('Goodbye');
    else if (command === '/who') this.say([...this.factory.members.keys()].join(', '));
    else if (command === '/nick') this.#rename(argument);
    else this.say('There are /nick NAME, /who and /quit');
  }

  #rename(nickname: string): void {
    const why = this.#whyNot(nickname);
    if (why !== undefined) {
      this.say(why);
      return;
    }
    const old = this.nickname;
    this.factory.members.delete(old);
    this.nickname = nickname;
    this.factory.members.set(nickname, this);
    this.factory.tell(`${old} is now called ${nickname}`);
  }

  /** Why nobody can take this nickname; undefined if one can. */
  #whyNot(nickname: string): string | undefined {
    if (!NICKNAME.test(nickname)) return 'A name has 1 to 16 letters, digits, _ or -';
    return this.factory.members.has(nickname) ? `${nickname} is here already` : undefined;
  }

  #leave(why: string): void {
    this.say(why);
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }
}

export class ChatRoom extends Factory<Chat> {
  override readonly protocol = Chat;
  /** By nickname. */
  readonly members = new Map<string, Chat>();

  constructor(readonly membersMax = 1000) {
    super();
  }

  /** Tells all members, but for `speaker`. */
  tell(text: string, speaker?: Chat): void {
    const line = Buffer.from(text);
    for (const member of this.members.values()) {
      if (member !== speaker) member.sendLine(line);
    }
  }
}
