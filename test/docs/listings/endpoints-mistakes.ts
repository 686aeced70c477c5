import { EndpointSyntaxError, getReactor, serverFromString } from '../../../src/index.js';

for (const description of ['tcp:80o', 'tpc:80', 'tcp:80:interfaec=127.0.0.1', 'tcp:80:interface=::1']) {
  try {
    serverFromString(getReactor(), description);
  } catch (error) {
    if (!(error instanceof EndpointSyntaxError)) throw error;
    console.log(error.message);
  }
}
