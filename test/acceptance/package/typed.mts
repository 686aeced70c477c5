// What the declarations make of a program that uses each entry point.
import { Factory, Protocol, getReactor, type DiagnosticsMessages } from 'heddle';
import { Service } from 'heddle/application';
import { Deferred } from 'heddle/defer';
import { serverFromString } from 'heddle/endpoints';
import type { ITransport } from 'heddle/interfaces';
import { errno } from 'heddle/libc';
import { LineReceiver } from 'heddle/protocols';
import { LoopingCall } from 'heddle/task';
import { Clock } from 'heddle';
import { StringTransport } from 'heddle/testing';

class Lines extends LineReceiver {
  override lineReceived(line: Buffer) {
    this.sendLine(line);
  }
}

export const endpoint = serverFromString(getReactor(), 'tcp:8007');
export const factory: Factory<Lines> = Factory.forProtocol(Lines);
export const transport: ITransport = new StringTransport();
export const length: Deferred<number> = new Deferred<string>().addCallback((text) => text.length);
export const parts = [new Service(), new LoopingCall(() => 1), new Clock(), errno.EMFILE, new Protocol()];
export const shed = (message: DiagnosticsMessages['heddle:tcp:shed']): string => message.peer.host;

// @ts-expect-error: a string is no bytes.
transport.write('text');
