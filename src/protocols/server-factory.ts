import type { IProtocol } from '../interfaces/protocol.js';
import { Factory } from './factory.js';

/** A factory for the connections that a port accepts. Twisted: `ServerFactory`. */
export class ServerFactory<P extends IProtocol = IProtocol> extends Factory<P> {}
