import type {
  IReactorSocket,
  IReactorTCP,
  IReactorTime,
  IStreamClientEndpoint,
  IStreamServerEndpoint,
} from '../interfaces/index.js';
import type { ClosingDriver } from './adopted-stream-server-endpoint.js';
import { type Description, parseDescription } from './description.js';
import { EndpointArguments } from './endpoint-arguments.js';
import { EndpointSyntaxError } from './endpoint-syntax-error.js';
import { nearestSpelling } from './nearest-spelling.js';

/** What a reactor may be able to do for an endpoint. Types of endpoints that need more than TCP look whether it is there. */
export type EndpointReactor = IReactorTCP &
  Partial<IReactorTime & IReactorSocket> & {
    /** For endpoints that take descriptors over. */
    readonly driver?: ClosingDriver;
  };

/** A type of endpoint that descriptions may name: what makes endpoints of it. Twisted: `IStreamServerEndpointStringParser`, `IStreamClientEndpointStringParserWithReactor`. */
export interface EndpointType {
  /** What stands before the first colon: letters, digits, `+`, `-` and `.`. Upper and lower case are the same. */
  readonly prefix: string;
  /** Makes an endpoint to listen at. Left out if there are none of this type. */
  readonly server?: (reactor: EndpointReactor, given: EndpointArguments) => IStreamServerEndpoint;
  /** Makes an endpoint to connect to. Left out if there are none of this type. */
  readonly client?: (reactor: EndpointReactor, given: EndpointArguments) => IStreamClientEndpoint;
}

type Side = 'server' | 'client';

/** Types of endpoints by their prefix: what makes endpoints of descriptions. */
export class EndpointRegistry {
  readonly #types = new Map<string, EndpointType>();

  /** `types` are those that it has from the start. */
  constructor(types: Iterable<EndpointType> = []) {
    for (const type of types) this.register(type);
  }

  /**
   * Adds a type. Disposing of what it returns takes it back. Throws a RangeError for a prefix that can't be one, an Error for one
   * that is there already.
   */
  register(type: EndpointType): Disposable {
    const prefix = type.prefix.toLowerCase();
    if (!/^[a-z][a-z0-9+.-]*$/.test(prefix)) {
      throw new RangeError(`${JSON.stringify(type.prefix)} can't be the prefix of an endpoint type`);
    }
    if (this.#types.has(prefix)) throw new Error(`There is an endpoint type ${prefix}: already`);
    this.#types.set(prefix, type);
    return { [Symbol.dispose]: () => void this.#types.delete(prefix) };
  }

  /** The prefixes of the types that can listen, or connect. */
  prefixes(side: Side): string[] {
    return [...this.#types].filter(([, type]) => type[side] !== undefined).map(([prefix]) => prefix);
  }

  /** The endpoint to listen at that `description` describes. Throws EndpointSyntaxError. */
  serverFromString(reactor: EndpointReactor, description: string): IStreamServerEndpoint {
    const parsed = parseDescription(description);
    const { server } = this.#typeFor(parsed, 'server');
    if (server === undefined) throw this.#oneSided(parsed, 'connect', 'listen');
    return make(server, reactor, parsed);
  }

  /** The endpoint to connect to that `description` describes. Throws EndpointSyntaxError. */
  clientFromString(reactor: EndpointReactor, description: string): IStreamClientEndpoint {
    const parsed = parseDescription(description);
    const { client } = this.#typeFor(parsed, 'client');
    if (client === undefined) throw this.#oneSided(parsed, 'listen', 'connect');
    return make(client, reactor, parsed);
  }

  #typeFor(description: Description, side: Side): EndpointType {
    const type = this.#types.get(description.type.value.toLowerCase());
    if (type !== undefined) return type;
    const { value } = description.type;
    const known = this.prefixes(side);
    const nearest = nearestSpelling(value, known);
    const hint = nearest === undefined ? '' : `. Did you mean ${nearest}:?`;
    throw badType(
      description,
      `Unknown endpoint type: ${JSON.stringify(value)}; known are ${known.map((prefix) => `${prefix}:`).join(' ')}${hint}`,
    );
  }

  #oneSided(description: Description, can: string, cannot: string): EndpointSyntaxError {
    return badType(description, `one can ${can} by ${description.type.value}:, but not ${cannot}`);
  }
}

function badType({ text, type }: Description, reason: string): EndpointSyntaxError {
  return new EndpointSyntaxError(text, { field: 'type', position: 0, length: type.end, reason });
}

function make<E>(
  maker: (reactor: EndpointReactor, given: EndpointArguments) => E,
  reactor: EndpointReactor,
  description: Description,
): E {
  const given = new EndpointArguments(description);
  const endpoint = maker(reactor, given);
  given.refuseUnasked();
  return endpoint;
}
