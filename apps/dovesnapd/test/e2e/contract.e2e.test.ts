import { contract } from '../contract/contract.ts';
import { realLab } from '../contract/real-lab.ts';

// What the world in memory does is held to this (`test/world/contract.test.ts`).
contract('the real Docker, Faucet and Open vSwitch', realLab);
