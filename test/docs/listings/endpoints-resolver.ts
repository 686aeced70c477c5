import {
  HostnameEndpoint,
  type IHostnameResolver,
  IPv4Address,
  connect,
  getReactor,
} from '../../../src/index.js';

const addresses = new Map([['database', ['10.0.0.5', '10.0.0.6']]]);

const resolver: IHostnameResolver = {
  resolveHostName(receiver, name, port = 0) {
    const resolution = { name, cancel: () => undefined };
    receiver.resolutionBegan(resolution);
    for (const host of addresses.get(name) ?? []) {
      receiver.addressResolved(new IPv4Address('TCP', host, port));
    }
    receiver.resolutionComplete();
    return resolution;
  },
};

const endpoint = new HostnameEndpoint(getReactor(), 'databse', 5432, { resolver });
await connect(endpoint).addErrback((failure) => console.log(failure.getErrorMessage()));
