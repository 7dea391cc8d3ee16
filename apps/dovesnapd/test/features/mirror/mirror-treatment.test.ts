import { describe, expect, test } from 'vitest';
import { parseContainerLabels } from '../../../src/domain/container-labels.ts';
import { changePortRecord } from '../../../src/domain/record.ts';
import { parseRowPolicy } from '../../../src/domain/row-policy.ts';
import { drawnTreatments, noTreatments, shownTreatments } from '../../../src/domain/treatments.ts';
import { isMirrored, mirrorTreatment } from '../../../src/features/mirror/mirror-treatment.ts';
import { mirroredNetwork } from '../../../src/features/mirror/mirrored-network.ts';
import { portRecord, portSpec } from '../../../src/plan/networks/bridge-spec.ts';
import { adoptPorts } from '../../../src/plan/pool/adopt-ports.ts';
import { policyOfRun } from '../../docker-words.ts';
import { goBooleans, runCommands } from '../../go-driver-commands.ts';
import { port, stateWith } from '../../plan/interfaces/other-ports-sample.ts';
import { addPort, sampleNetwork } from '../../plan/sample.ts';
import { mirrored } from './mirrored.ts';

const treatments = [mirrorTreatment];
const nothing = { acls: undefined, treatments: noTreatments, macPrefix: undefined };

describe('the label of the Go driver', () => {
  test.each([
    ['mirror', 'testnet', mirrored],
    ['mirror', 'test2net', noTreatments],
    ['mirrorEverywhere', 'test2net', mirrored],
  ] as const)('asks in the command %s on %s', (name, networkName, wanted) => {
    const policy = policyOfRun(runCommands[name], networkName, treatments);
    expect(policy).toEqual({ ...nothing, acls: ['ratelimitit'], treatments: wanted });
  });

  test.each([
    ['--label="dovesnap.faucet.mirror=true"', 'one', mirrored],
    ['--label="dovesnap.faucet.mirror=one:true/two:false"', 'one', mirrored],
    ['--label="dovesnap.faucet.mirror=one:true/two:false"', 'two', noTreatments],
  ] as const)('asks as %s on %s', (words, networkName, wanted) => {
    for (const given of [words, words.replace('--label=', '--label ')]) {
      const policy = policyOfRun(`docker run ${given} busybox`, networkName, treatments);
      expect(policy).toEqual({ ...nothing, treatments: wanted });
    }
  });

  test('asks or not by every word that Go takes for it', () => {
    for (const [value, words] of Object.entries(goBooleans)) {
      for (const word of words) {
        const command = `docker run --label=dovesnap.faucet.mirror=one:${word} busybox`;
        const policy = policyOfRun(command, 'one', treatments);
        expect([word, isMirrored(policy)]).toEqual([word, value === 'true']);
      }
    }
  });

  test('is refused when it is malformed', () => {
    const context = { networkName: 'lab', treatments, imageLabels: {}, trustImageLabels: false };
    expect(() => parseContainerLabels({ 'dovesnap.faucet.mirror': 'maybe' }, context)).toThrow(
      'label dovesnap.faucet.mirror cannot be "maybe": accepted is true or false (also 1/0, t/f, yes/no), or NETWORK:true/NETWORK2:false',
    );
  });
});

test('an operator’s row asks by the same key', () => {
  const ask = (text: string) =>
    parseRowPolicy({ 'dovesnap.faucet.mirror': text }, { networkName: 'lab', treatments });
  expect(ask('yes')).toMatchObject({ treatments: mirrored });
  expect(ask('maybe')).toBe(
    'external_ids:dovesnap.faucet.mirror cannot be "maybe": accepted is true or false (also 1/0, t/f, yes/no)',
  );
});

test('records and what is shown are as they have always been', () => {
  const network = sampleNetwork({ features: [mirroredNetwork(99, 99)] });
  const own = addPort(network, 7, { treatments: mirrored });
  const { externalIds = {} } = portSpec(network.spec, own, 'e');
  expect(externalIds).toMatchObject({ 'dovesnap.mirrored': 'true' });
  const { bridges } = stateWith(port(own.hostLink, { ofPort: 7, externalIds }));
  const adopted = bridges.flatMap((bridge) => adoptPorts(network.spec, bridge));
  expect(adopted.map(isMirrored)).toEqual([true]);
  const plain = portRecord(network.spec, addPort(network, 8), 'e');
  expect(changePortRecord(plain, treatments)).toMatchObject({ 'dovesnap.mirrored': null });
  expect(shownTreatments(treatments, mirrored)).toEqual({ Mirrored: true });
  expect(shownTreatments(treatments, noTreatments)).toEqual({ Mirrored: false });
  expect(drawnTreatments(treatments, mirrored)).toEqual({ mirrored: true });
  expect(drawnTreatments(treatments, noTreatments)).toEqual({});
});
