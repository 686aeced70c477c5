/**
 * Where to listen or to connect, in one word: `tcp:8007`, `tcp:8007:interface=127.0.0.1`, `tcp:[::1]:8007`.
 *
 * The examples need no more of Twisted's endpoint descriptions than this: parts with colons between them, some of
 * them `name=value`. A backslash makes the character after it an ordinary one (`interface=\:\:1`), and so do brackets
 * for all that is between them (`[::1]`).
 */
export interface Endpoint {
  readonly port: number;
  /** The IP address, or the name of a host to connect to; '' for any. */
  readonly host: string;
}

const ADVICE = 'Write tcp:8007, tcp:8007:interface=127.0.0.1, or tcp:[::1]:8007';

/** Reads a description. Throws a SyntaxError that says what is wrong with it. */
export function parseEndpoint(description: string): Endpoint {
  const [type, ...parts] = splitAtColons(description);
  if (type !== 'tcp') throw wrong(description, `"${type ?? ''}" is not a kind of endpoint known here`);
  const words = parts.filter((part) => !part.includes('='));
  const options = new Map(parts.filter((part) => part.includes('=')).map(splitOption));
  const port = options.get('port') ?? words.pop();
  const host = options.get('interface') ?? options.get('host') ?? words.pop() ?? '';
  for (const name of options.keys()) {
    if (!['port', 'host', 'interface'].includes(name))
      throw wrong(description, `there is no option "${name}"`);
  }
  if (words.length > 0) throw wrong(description, `"${words.join(':')}" is one part too many`);
  return { port: portNumber(description, port), host };
}

/** The description of an address, such as that of a port or of a peer. */
export function formatEndpoint({ host, port }: Endpoint): string {
  return `tcp:${port}:interface=${host.replaceAll(/[:\\]/g, '\\$&')}`;
}

function splitAtColons(description: string): string[] {
  const parts = [''];
  for (const [, escaped, bracketed, plain] of description.matchAll(/\\(.)|\[([^\]]*)\]|(.)/gs)) {
    if (plain === ':') parts.push('');
    else parts.push((parts.pop() ?? '') + (escaped ?? bracketed ?? plain ?? ''));
  }
  return parts;
}

function splitOption(part: string): [name: string, value: string] {
  const end = part.indexOf('=');
  return [part.slice(0, end), part.slice(end + 1)];
}

function portNumber(description: string, text: string | undefined): number {
  if (text === undefined || text === '') throw wrong(description, 'it names no port');
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    throw wrong(description, `the port must be a number from 0 to 65535, not "${text}"`);
  }
  return port;
}

function wrong(description: string, why: string): SyntaxError {
  return new SyntaxError(`Bad endpoint "${description}": ${why}. ${ADVICE}`);
}
