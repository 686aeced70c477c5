import { ProtocolWrapper, WrappingFactory, type IProtocol } from '../../../src/index.js';

export class ByteQuota<P extends IProtocol> extends WrappingFactory<P, QuotaProtocol<P>> {
  readonly quota = 1_000_000;

  protected override wrapProtocol(protocol: P) {
    return new QuotaProtocol(this, protocol);
  }
}

class QuotaProtocol<P extends IProtocol> extends ProtocolWrapper<P> {
  declare factory: ByteQuota<P>;
  #received = 0;

  override dataReceived(data: Buffer) {
    this.#received += data.length;
    if (this.#received > this.factory.quota) this.abortConnection();
    else return super.dataReceived(data);
  }
}
