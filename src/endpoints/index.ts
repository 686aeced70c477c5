/** Where to listen and where to connect, apart from what does. Twisted: twisted.internet.endpoints. */
export {
  AdoptedStreamServerEndpoint,
  type AdoptingReactor,
  type ClosingDriver,
} from './adopted-stream-server-endpoint.js';
export { connect, type ConnectOptions } from './connect.js';
export { connectFactory } from './connect-factory.js';
export { connectProtocol } from './connect-protocol.js';
export { ConnectionListener, type ListenOptions } from './connection-listener.js';
export { EndpointArguments, type NumberBounds } from './endpoint-arguments.js';
export { type EndpointReactor, EndpointRegistry, type EndpointType } from './endpoint-registry.js';
export {
  builtInEndpointTypes,
  clientFromString,
  defaultEndpointRegistry,
  registerEndpoint,
  serverDescription,
  serverFromString,
} from './endpoint-strings.js';
export { type EndpointFault, EndpointSyntaxError } from './endpoint-syntax-error.js';
export { HostnameEndpoint } from './hostname-endpoint.js';
export { ListenFDs, type ListenFDsSource } from './listen-fds.js';
export { listen } from './listen.js';
export { quoteStringArgument } from './quote-string-argument.js';
export { serve, type ServeOptions } from './serve.js';
export { StreamConnection } from './stream-connection.js';
export type { StreamConnectionOptions } from './stream-protocol.js';
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
