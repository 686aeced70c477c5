import { ClientFactory, Factory, Protocol } from '../../src/protocols/index.js';
import type { Choices } from '../../src/testing/index.js';
import { StreamCheck, streamBytes } from './stream-pattern.js';

/** Where broken promises are told, by a sentence each. */
export type Report = (violation: string) => void;

/** What all protocols of a simulation have in common: their life is checked. */
export abstract class Actor extends Protocol {
  protected readonly report: Report;
  protected readonly name: string;
  #made = 0;
  #lost = 0;

  constructor(name: string, report: Report) {
    super();
    this.name = name;
    this.report = report;
  }

  get made(): boolean {
    return this.#made > 0;
  }

  get lost(): boolean {
    return this.#lost > 0;
  }

  override connectionMade(): void {
    this.#made += 1;
    if (this.#made > 1) this.report(`${this.name}: connectionMade came again`);
  }

  override dataReceived(data: Buffer): void {
    if (this.#made === 0) this.report(`${this.name}: data came before connectionMade`);
    if (this.#lost > 0) this.report(`${this.name}: data came after connectionLost`);
    if (data.length === 0) this.report(`${this.name}: no bytes came`);
  }

  override connectionLost(): void {
    this.#lost += 1;
    if (this.#lost > 1) this.report(`${this.name}: connectionLost came again`);
    if (this.#made === 0) this.report(`${this.name}: connectionLost came without connectionMade`);
  }

  /** Checks bytes; false, and told, if they are wrong. */
  protected check(stream: StreamCheck, data: Buffer): boolean {
    try {
      stream.take(data);
      return true;
    } catch (error) {
      this.report(`${this.name}: ${(error as Error).message}`);
      this.transport.abortConnection();
      return false;
    }
  }
}

/** What a server does beside echoing. */
type Whim = 'none' | 'pauses' | 'leaves' | 'aborts';

/** Echoes what is right; and sometimes pauses, leaves in the middle, or aborts. */
export class Echo extends Actor {
  readonly #stream = new StreamCheck();
  readonly #whim: Whim;
  readonly #after: number;
  readonly #later: (delay: number, f: () => void) => void;
  #paused = false;

  constructor(
    report: Report,
    choices: Choices,
    isCalm: boolean,
    later: (delay: number, f: () => void) => void,
  ) {
    super('a server', report);
    this.#whim = isCalm
      ? choices.one(['none', 'pauses'])
      : choices.one(['none', 'none', 'pauses', 'leaves', 'aborts']);
    this.#after = choices.integer(1, 100_000);
    this.#later = later;
  }

  override dataReceived(data: Buffer): void {
    super.dataReceived(data);
    if (!this.check(this.#stream, data)) return;
    this.transport.write(data);
    if (this.#stream.place >= this.#after) this.#follow();
  }

  #follow(): void {
    switch (this.#whim) {
      case 'none':
        return;
      case 'leaves':
        this.transport.loseConnection();
        return;
      case 'aborts':
        this.transport.abortConnection();
        return;
      case 'pauses':
        if (this.#paused) return;
        this.#paused = true;
        this.transport.pauseProducing();
        this.#later(0.2, () => {
          if (!this.lost) this.transport.resumeProducing();
        });
    }
  }
}

export class EchoFactory extends Factory<Echo> {
  override noisy = false;
  readonly all: Echo[] = [];
  readonly #make: () => Echo;

  constructor(make: () => Echo) {
    super();
    this.#make = make;
  }

  override buildProtocol(): Echo {
    const echo = this.#make();
    echo.factory = this;
    this.all.push(echo);
    return echo;
  }
}

/** How a client ends, once everything has come back. */
type Ending = 'closes' | 'endsWriting' | 'aborts';

export interface VisitParts {
  readonly stream: number;
  readonly report: Report;
  readonly choices: Choices;
  readonly later: (delay: number, f: () => void) => void;
}

/** Sends a stream in pieces, now and then, and wants it back. */
export class Visit extends Actor {
  readonly #parts: VisitParts;
  readonly #bytes: number;
  readonly #back: StreamCheck;
  readonly #ending: Ending;
  #sent = 0;

  constructor(parts: VisitParts) {
    super(`client ${parts.stream}`, parts.report);
    const { choices, stream } = parts;
    this.#parts = parts;
    this.#bytes = choices.chance(0.1) ? choices.integer(100_000, 600_000) : choices.integer(1, 5000);
    this.#back = new StreamCheck(stream);
    this.#ending = choices.one(['closes', 'closes', 'endsWriting', 'aborts']);
  }

  /** All bytes have come back. */
  get isComplete(): boolean {
    return this.#back.place === this.#bytes;
  }

  override connectionMade(): void {
    super.connectionMade();
    this.#sendOn();
  }

  override dataReceived(data: Buffer): void {
    super.dataReceived(data);
    if (!this.check(this.#back, data)) return;
    if (this.#back.place > this.#sent) this.report(`${this.name}: more came back than was sent`);
    if (this.isComplete) this.#end();
  }

  #sendOn(): void {
    if (this.lost) return;
    const { choices, later, stream } = this.#parts;
    const length = Math.min(this.#bytes - this.#sent, choices.integer(1, Math.ceil(this.#bytes / 3)));
    this.transport.write(streamBytes(stream, this.#sent, length));
    this.#sent += length;
    if (this.#sent < this.#bytes) later(choices.between(0, 0.05), () => this.#sendOn());
  }

  #end(): void {
    switch (this.#ending) {
      case 'closes':
        this.transport.loseConnection();
        return;
      case 'endsWriting':
        this.transport.loseWriteConnection();
        return;
      case 'aborts':
        this.transport.abortConnection();
    }
  }
}

export class VisitFactory extends ClientFactory<Visit> {
  override noisy = false;
  readonly visit: Visit;
  /** The attempt, or the connection that came of it, is over. */
  ended = 0;

  constructor(parts: VisitParts) {
    super();
    this.visit = new Visit(parts);
  }

  override buildProtocol(): Visit {
    this.visit.factory = this;
    return this.visit;
  }

  override clientConnectionFailed(): void {
    this.ended += 1;
  }

  override clientConnectionLost(): void {
    this.ended += 1;
  }
}
