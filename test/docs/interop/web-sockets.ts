import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { DuplexProtocol, type IStreamClientEndpoint, connectProtocol } from '../../../src/index.js';
import { WebSocket, WebSocketServer } from 'ws';

/** Has WebSockets served by an HTTP server that serves a heddle endpoint: each is told in capitals what it says. */
export function shoutBack(web: Server): WebSocketServer {
  return new WebSocketServer({ server: web }).on('connection', (socket) => {
    socket.on('message', (data: Buffer, isBinary) => {
      socket.send(isBinary ? data : data.toString().toUpperCase());
    });
  });
}

/** Opens a WebSocket over a heddle connection. */
export async function openWebSocket(endpoint: IStreamClientEndpoint, url: string): Promise<WebSocket> {
  const { duplex } = await connectProtocol(endpoint, new DuplexProtocol());
  return new WebSocket(url, { createConnection: () => duplex as unknown as Socket });
}
