import { readFileSync } from 'node:fs';

/** Port numbers by service and protocol, as `http/tcp`. */
export type Services = ReadonlyMap<string, number>;

/** What a machine without /etc/services (a small container) still knows. The numbers are IANA's. */
const commonServices: Services = new Map([
  ['domain/tcp', 53],
  ['domain/udp', 53],
  ['ftp/tcp', 21],
  ['http/tcp', 80],
  ['https/tcp', 443],
  ['imap2/tcp', 143],
  ['imaps/tcp', 993],
  ['ntp/udp', 123],
  ['pop3/tcp', 110],
  ['smtp/tcp', 25],
  ['ssh/tcp', 22],
  ['submission/tcp', 587],
  ['telnet/tcp', 23],
]);

let known: Services | undefined;

/**
 * The port of a service by its name or one of its aliases, as getservbyname(3) finds it in /etc/services; undefined if
 * nobody knows it. The file is read at the first call. Twisted: the service names of `connectTCP`.
 */
export function servicePort(name: string, protocol: 'tcp' | 'udp' = 'tcp'): number | undefined {
  known ??= new Map([...commonServices, ...parseServices(readServices('/etc/services'))]);
  return known.get(`${name}/${protocol}`);
}

/**
 * The text of services(5): a name, `port/protocol` and aliases in each line, `#` before a comment. The first line to name
 * a service holds.
 */
export function parseServices(text: string): Services {
  const services = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name, where, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const [, port, protocol] = /^(\d+)\/(\w+)$/.exec(where ?? '') ?? [];
    if (name === undefined || protocol === undefined) continue;
    for (const known of [name, ...aliases]) {
      const key = `${known}/${protocol}`;
      if (!services.has(key)) services.set(key, Number(port));
    }
  }
  return services;
}

/** The file's text; empty if it can't be read, which is how getservbyname(3) takes it too. */
export function readServices(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
