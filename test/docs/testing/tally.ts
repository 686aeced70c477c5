import { Factory, Protocol } from '../../../src/index.js';
import type { IDelayedCall, IReactorTCP, IReactorTime } from '../../../src/index.js';

const IDLE_SECONDS = 60;

/** Adds up what one client sends: `add 3` is answered by the sum so far, `bye` saves it and ends. */
export class Tally extends Protocol {
  declare factory: TallyFactory;
  #idle: IDelayedCall | undefined;
  #unfinished = '';
  #sum = 0;

  override connectionMade() {
    this.#idle = this.factory.clock.callLater(IDLE_SECONDS, () => {
      this.#idle = undefined;
      this.#say('idle for too long');
      this.transport.loseConnection();
    });
  }

  override dataReceived(data: Buffer) {
    this.#idle?.reset(IDLE_SECONDS);
    const lines = (this.#unfinished + data.toString('latin1')).split('\n');
    this.#unfinished = lines.pop() ?? '';
    for (const line of lines) this.#lineReceived(line);
  }

  override connectionLost() {
    this.#idle?.[Symbol.dispose]();
  }

  #lineReceived(line: string) {
    const [command, operand] = line.split(' ');
    if (command === 'bye') {
      this.factory.save(this.#sum);
      this.transport.loseConnection();
    } else if (command === 'add' && Number.isFinite(Number(operand))) {
      this.#sum += Number(operand);
      this.#say(`= ${this.#sum}`);
    } else {
      this.#say('add what?');
    }
  }

  #say(text: string) {
    this.transport.write(Buffer.from(`${text}\n`));
  }
}

export class TallyFactory extends Factory<Tally> {
  override protocol = Tally;

  constructor(
    readonly clock: Pick<IReactorTime, 'callLater'>,
    readonly save: (sum: number) => void = () => {},
  ) {
    super();
  }
}

export function serve(reactor: IReactorTCP & IReactorTime, port: number) {
  return reactor.listenTCP(port, new TallyFactory(reactor), { interface: '127.0.0.1' });
}
