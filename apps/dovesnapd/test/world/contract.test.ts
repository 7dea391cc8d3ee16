import { describe } from 'vitest';
import { contract } from '../contract/contract.ts';
import { worldLab } from '../contract/world-lab.ts';

// The world is held to what the real ones do (`test/e2e/contract.e2e.test.ts`), under the order of each engine's calls.
describe.each(['20.10.24', '26.1.5', '28.5.2', '29.7.2'])('with Docker %s', (version) => {
  contract('the world', () => worldLab(version));
});
