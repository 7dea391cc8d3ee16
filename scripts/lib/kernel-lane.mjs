/**
 * The end-to-end tests whose outcome can differ on the kernel's datapath, the quickest to tell first.
 */
export const kernelFiles = [
  'datapath',
  'flat',
  'first-packet',
  'deny-all',
  'in-band',
  'policy-choices',
  'nat',
  'external-ports',
  'added-ports',
  'any-port',
  'mirror',
  'mirror-copies',
  'bind-interface',
  'icc',
  'daemon-restart',
  'switch-restart',
  'engine-restart',
].map((name) => `apps/dovesnapd/test/e2e/${name}.e2e.test.ts`);

/** So many times longer than on a usual machine may things take in the guest (packages/testkit/src/patience.ts). */
export const patience = '20';
