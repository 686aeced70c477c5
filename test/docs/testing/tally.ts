import { ConnectionTimeout, Factory, LineOnlyReceiver } from '../../../src/index.js';
import type { IReactorTCP, IReactorTime } from '../../../src/index.js';

type Clock = Pick<IReactorTime, 'callLater'>;
type Save = (sum: number) => void;

/** Adds up what one client sends: `add 3` is answered by the sum so far, `bye` saves it and ends. */
export class Tally extends LineOnlyReceiver {
  override delimiter = Buffer.from('\n');
  readonly #idle: ConnectionTimeout;
  readonly #save: Save;
  #sum = 0;

  constructor(clock: Clock, save: Save) {
    super();
    this.#save = save;
    this.#idle = new ConnectionTimeout(clock, () => {
      this.#say('idle for too long');
      this.transport.loseConnection();
    });
  }

  override connectionMade() {
    this.#idle.setTimeout(60);
  }

  override lineReceived(line: Buffer) {
    this.#idle.resetTimeout();
    const [command, operand] = line.toString().split(' ');
    if (command === 'bye') {
      this.#save(this.#sum);
      this.transport.loseConnection();
    } else if (command === 'add' && Number.isFinite(Number(operand))) {
      this.#sum += Number(operand);
      this.#say(`= ${this.#sum}`);
    } else {
      this.#say('add what?');
    }
  }

  override connectionLost() {
    this.#idle.setTimeout(null);
  }

  #say(text: string) {
    this.sendLine(Buffer.from(text));
  }
}

export class TallyFactory extends Factory<Tally> {
  readonly #clock: Clock;
  readonly #save: Save;

  constructor(clock: Clock, save: Save = () => {}) {
    super();
    this.#clock = clock;
    this.#save = save;
  }

  override buildProtocol() {
    return new Tally(this.#clock, this.#save);
  }
}

export function serve(reactor: IReactorTCP & IReactorTime, port: number) {
  return reactor.listenTCP(port, new TallyFactory(reactor), { interface: '127.0.0.1' });
}
