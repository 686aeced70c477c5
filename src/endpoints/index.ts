/** Where to listen and where to connect, apart from what does. Twisted: twisted.internet.endpoints. */
export { connectFactory } from './connect-factory.js';
export { connectProtocol } from './connect-protocol.js';
export { HostnameEndpoint } from './hostname-endpoint.js';
export {
  TCP4ClientEndpoint,
  TCP6ClientEndpoint,
  type TCPClientEndpointOptions,
} from './tcp-client-endpoint.js';
export {
  TCP4ServerEndpoint,
  TCP6ServerEndpoint,
  type TCPServerEndpointOptions,
} from './tcp-server-endpoint.js';
