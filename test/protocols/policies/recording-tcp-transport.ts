import type { ITCPTransport } from '../../../src/interfaces/index.js';

/** What was asked of a {@link RecordingTcpTransport}: the member's name and the arguments. */
export type Asked = readonly [member: string, ...args: unknown[]];

/** A transport that keeps what it is asked; each method answers `answer of <name>`. */
export function recordingTcpTransport(values: Readonly<Record<string, unknown>> = {}): {
  readonly transport: ITCPTransport;
  readonly asked: Asked[];
} {
  const asked: Asked[] = [];
  const transport = new Proxy({} as ITCPTransport, {
    get(_target, name) {
      if (String(name) in values) return values[String(name)];
      return (...args: unknown[]) => {
        asked.push([String(name), ...args]);
        return `answer of ${String(name)}`;
      };
    },
    set(_target, name, value) {
      asked.push([String(name), value]);
      return true;
    },
  });
  return { transport, asked };
}
