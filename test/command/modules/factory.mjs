// Of no copy of heddle, as the tests load it in another way than themselves.
export const factory = { buildProtocol: () => null, doStart: () => undefined, doStop: () => undefined };
