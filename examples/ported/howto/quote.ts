/**
 * A server that says a sentence to each who comes, and hangs up (RFC 865). The sentence is the factory's, and protocols keep nothing.
 * Twisted: the quote of the day, from "Writing Servers".
 *
 *     node --import tsx examples/ported/howto/quote.ts tcp:8007 'All is well'
 *     nc 127.0.0.1 8007
 */
import { Factory, Protocol, runApplication, strports } from '../../../src/index.js'; // 'heddle', in a program of yours

export class Quote extends Protocol {
  declare factory: QuoteFactory;

  override connectionMade(): void {
    this.factory.visitors += 1;
    this.transport.write(Buffer.from(`${this.factory.quote}\r\n`));
    this.transport.loseConnection();
  }
}

export class QuoteFactory extends Factory<Quote> {
  override protocol = Quote;
  visitors = 0;

  constructor(readonly quote = 'Read the kernel before you blame the network') {
    super();
  }

  /** Called when the first port begins to use the factory, and when the last one has ceased to: the place for what all connections need. */
  override startFactory(): void {
    this.visitors = 0;
  }
}

if (process.argv[1] === import.meta.filename) {
  const [description = 'tcp:8007:interface=127.0.0.1', quote] = process.argv.slice(2);
  await runApplication(strports.service(description, new QuoteFactory(quote)));
}
