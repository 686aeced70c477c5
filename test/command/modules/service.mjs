// Of no copy of heddle, as the tests load it in another way than themselves.
export const service = {
  privilegedStartService: () => undefined,
  startService: () => undefined,
  stopService: () => undefined,
};
