/**
 * The protocol of the RESP server, and the factory of its connections. The parser, the store and the commands know nothing of
 * connections; here they meet.
 *
 * Commands that come together are carried out together, and their replies go out together: they are gathered as one string, which
 * is cheaper to write than many Buffers.
 */
import { Factory, type IReactorTime, ParsingProtocol } from '../src/index.js'; // 'heddle', in a program of yours
import { OK, errorReply, runCommand } from './resp-commands.js';
import { type Command, type RespError, RespParser } from './resp-parser.js';
import { RespStore } from './resp-store.js';

/** So many bytes of replies are gathered before they are written. */
const GATHERED_BYTES = 16_384;

class Resp extends ParsingProtocol<Command> {
  declare factory: RespFactory;

  protected override readonly itemParser = new RespParser();
  #replies = '';

  override connectionMade(): void {
    // A client that sends and doesn't read must not fill our memory: while too much is queued for it, it isn't read from.
    this.transport.registerProducer(this, true);
  }

  override dataReceived(data: Buffer): void {
    void super.dataReceived(data);
    this.#flush();
  }

  override resumeProducing(): void {
    super.resumeProducing();
    this.#flush();
  }

  protected override itemReceived(words: Command): void {
    if (words.length === 0) return;
    if (words.length === 1 && words[0]?.toUpperCase() === 'QUIT') {
      this.#replies += OK;
      this.#close();
      return;
    }
    this.#replies += runCommand(this.factory.store, words);
    // A few bytes can ask for megabytes. What is written counts, and makes the transport pause us in time.
    if (this.#replies.length > GATHERED_BYTES) this.#flush();
  }

  protected override parseFailed(error: RespError): void {
    this.#replies += errorReply(`Protocol error: ${error.message}`);
    this.#close(error);
  }

  #flush(): void {
    if (this.#replies === '') return;
    this.transport.write(Buffer.from(this.#replies, 'latin1'));
    this.#replies = '';
  }

  #close(reason?: RespError): void {
    this.#flush();
    // It has nothing to produce any more, and closing would wait for it.
    this.transport.unregisterProducer();
    this.transport.loseConnection(reason === undefined ? {} : { reason });
  }
}

export class RespFactory extends Factory<Resp> {
  override readonly protocol = Resp;
  readonly store: RespStore;

  constructor(clock: Pick<IReactorTime, 'seconds'>) {
    super();
    this.store = new RespStore(() => clock.seconds() * 1000);
  }
}
