import { type IncomingMessage, get } from 'node:http';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { DuplexProtocol, type IStreamClientEndpoint, connectProtocol } from '../../../src/index.js';

/** GETs a page over a heddle connection. */
export async function fetchPage(endpoint: IStreamClientEndpoint, path: string): Promise<string> {
  const { duplex } = await connectProtocol(endpoint, new DuplexProtocol());
  const createConnection = (): Socket => duplex as unknown as Socket;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get({ path, createConnection, headers: { host: 'example.com' } }, resolve).once('error', reject);
  });
  return text(response);
}
