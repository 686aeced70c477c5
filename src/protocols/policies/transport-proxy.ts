import type { Deferred } from '../../defer/index.js';
import type {
  IEvents,
  IInternetAddress,
  IOpenFile,
  IPullProducer,
  IPushProducer,
  ITCPTransport,
  KeepAliveOptions,
  LoseConnectionOptions,
  SendFileOptions,
  TcpInfo,
  TransportEvents,
} from '../../interfaces/index.js';
import { Protocol } from '../protocol.js';

/**
 * A protocol that is a transport as well: whatever is asked of it, it asks its own transport. A subclass overrides what it
 * wants to see or to change.
 *
 * It is written out member by member, so that the compiler says when a transport learns something new. Over a transport that is
 * less than a TCP connection, what that one doesn't have throws a TypeError here too.
 */
export abstract class TransportProxy extends Protocol implements ITCPTransport {
  // ---- writing and ending

  write(data: Uint8Array): boolean {
    return this.transport.write(data);
  }

  writeSequence(pieces: Iterable<Uint8Array>): boolean {
    return this.transport.writeSequence(pieces);
  }

  sendFile(
    file: number | IOpenFile,
    offset: number,
    length: number,
    options?: SendFileOptions,
  ): Deferred<void> {
    return this.transport.sendFile(file, offset, length, options);
  }

  loseConnection(options?: LoseConnectionOptions): void {
    this.transport.loseConnection(options);
  }

  loseWriteConnection(): void {
    this.transport.loseWriteConnection();
  }

  abortConnection(): void {
    this.transport.abortConnection();
  }

  detach(): number {
    return this.transport.detach();
  }

  drained(): Deferred<void> {
    return this.transport.drained();
  }

  whenLost(): Deferred<void> {
    return this.transport.whenLost();
  }

  /** `loseConnection()`, and waits until the connection is lost. */
  async [Symbol.asyncDispose](): Promise<void> {
    // Not the transport's own: a subclass may do more in its loseConnection.
    this.loseConnection();
    await this.whenLost();
  }

  // ---- producers

  /** See {@link IConsumer.registerProducer}. */
  registerProducer(producer: IPushProducer, streaming: true): void;
  /** See {@link IConsumer.registerProducer}. */
  registerProducer(producer: IPullProducer, streaming: false): void;
  registerProducer(producer: IPushProducer | IPullProducer, streaming: boolean): void {
    this.transport.registerProducer(producer as IPushProducer, streaming as true);
  }

  unregisterProducer(): void {
    this.transport.unregisterProducer();
  }

  stopConsuming(): void {
    this.transport.stopConsuming();
  }

  pauseProducing(): void {
    this.transport.pauseProducing();
  }

  resumeProducing(): void {
    this.transport.resumeProducing();
  }

  stopProducing(): void {
    this.transport.stopProducing();
  }

  // ---- what there is to know

  /** The transport's peer. */
  getPeer(): IInternetAddress {
    return this.transport.getPeer();
  }

  /** The transport's own end. */
  getHost(): IInternetAddress {
    return this.transport.getHost();
  }

  /** Whether the connection is being closed; parsers ask it, to deliver nothing after a `loseConnection`. */
  get disconnecting(): boolean {
    return (this.transport as { readonly disconnecting?: boolean }).disconnecting === true;
  }

  get bytesRead(): number {
    return this.transport.bytesRead;
  }

  get bytesWritten(): number {
    return this.transport.bytesWritten;
  }

  get bytesQueued(): number {
    return this.transport.bytesQueued;
  }

  get writeBufferSize(): number {
    return this.transport.writeBufferSize;
  }

  set writeBufferSize(bytes: number) {
    this.transport.writeBufferSize = bytes;
  }

  get events(): IEvents<TransportEvents> {
    return this.transport.events;
  }

  // ---- the socket

  getTcpNoDelay(): boolean {
    return this.transport.getTcpNoDelay();
  }

  setTcpNoDelay(enabled: boolean): void {
    this.transport.setTcpNoDelay(enabled);
  }

  getTcpKeepAlive(): boolean {
    return this.transport.getTcpKeepAlive();
  }

  setTcpKeepAlive(enabled: boolean, options?: KeepAliveOptions): void {
    this.transport.setTcpKeepAlive(enabled, options);
  }

  getTcpUserTimeout(): number {
    return this.transport.getTcpUserTimeout();
  }

  setTcpUserTimeout(timeoutMs: number): void {
    this.transport.setTcpUserTimeout(timeoutMs);
  }

  getTcpInfo(): TcpInfo {
    return this.transport.getTcpInfo();
  }

  getSocketOption(level: number, name: number): number {
    return this.transport.getSocketOption(level, name);
  }

  setSocketOption(level: number, name: number, value: number | Uint8Array): void {
    this.transport.setSocketOption(level, name, value);
  }

  fileno(): number {
    return this.transport.fileno();
  }

  unref(): this {
    this.transport.unref();
    return this;
  }

  ref(): this {
    this.transport.ref();
    return this;
  }
}
