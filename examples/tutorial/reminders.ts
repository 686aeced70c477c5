import { Factory, type IDelayedCall, type IReactorTime, LineOnlyReceiver } from 'heddle';

/**
 * Lines of text, one command each: `in SECONDS TEXT` is answered by `ok`, and by `* TEXT` when the time has come;
 * `bye` ends the connection.
 */
export class Reminders extends LineOnlyReceiver {
  declare factory: RemindersFactory;
  override delimiter = Buffer.from('\n');
  override MAX_LENGTH = 200;
  /** What is to be said, by the call that will say it. */
  readonly waiting = new Map<IDelayedCall, string>();

  override lineReceived(line: Buffer) {
    const command = line.toString().trimEnd();
    const [, seconds, text] = /^in (\d{1,6}) (.+)$/.exec(command) ?? [];
    if (command === 'bye') this.transport.loseConnection();
    else if (text === undefined) this.say('say "in SECONDS TEXT" or "bye"');
    else if (this.waiting.size >= this.factory.waitingMax) this.say('enough is enough');
    else this.#remind(Number(seconds), text);
  }

  override connectionLost() {
    for (const call of this.waiting.keys()) call.cancel();
    this.waiting.clear();
  }

  say(text: string) {
    this.sendLine(Buffer.from(text));
  }

  #remind(seconds: number, text: string) {
    const call = this.factory.clock.callLater(seconds, () => {
      this.waiting.delete(call);
      this.say(`* ${text}`);
    });
    this.waiting.set(call, text);
    this.say('ok');
  }
}

export class RemindersFactory extends Factory<Reminders> {
  override protocol = Reminders;

  constructor(
    readonly clock: Pick<IReactorTime, 'callLater'>,
    readonly waitingMax = 100,
  ) {
    super();
  }
}
