import { parseFaucet } from '@dovesnap/faucet-config';
import { describe, expect, test } from 'vitest';
import { allowAllAcl } from '../../../src/domain/names.ts';
import type { Parts } from '../../../src/services/core/parts.ts';
import { leftAcls } from '../../../src/services/pool/left-acls.ts';
import { addPort, sampleNetwork } from '../../plan/sample.ts';
import { bareParts } from '../bare-parts.ts';

/** A network with three free ports under label ACLs, and a service that notes what it does. */
function bed(write: () => Promise<unknown> = async () => undefined, reachable = true) {
  const network = sampleNetwork();
  const ports = [1, 2, 3].map((ofPort) => addPort(network, ofPort, { acls: [`acl-${ofPort}`] }));
  const done: string[] = [];
  const bare = bareParts();
  const { log } = bare;
  const parts = {
    ...bare,
    config: { attachTimeout: 5000 },
    ofctl: {
      deleteFlows: async (_: string, some: readonly object[]) =>
        void done.push(`${some.length} stripped`),
    },
    ovs: { commit: async () => void done.push('recorded') },
    faucet: {
      status: () => ({ reachable }),
      refresh: async () => undefined,
      changes: async function* () {},
    },
  } as unknown as Parts;
  const deadlines: (number | undefined)[] = [];
  const rule = '[{rule: {actions: {allow: 1}}}]';
  const service = leftAcls(parts, {
    latest: parseFaucet(`acls: {acl-1: ${rule}, acl-2: ${rule}}\n`),
    model: async () => parseFaucet('dps: {}\n'),
    write: async (_edits, { deadline }) => {
      deadlines.push(deadline);
      done.push('written');
      await write();
      return { confirmed: true };
    },
  });
  return { network, ports, service, done, deadlines, log };
}

describe('free ports under ACLs that nobody uses', () => {
  test('are put under the default in one write, without their old flows', async () => {
    const { network, ports, service, done } = bed();
    await service.drop(network);
    expect(done).toEqual(['3 stripped', 'recorded', 'written']);
    expect(ports.map(({ acls }) => acls)).toEqual([[allowAllAcl], [allowAllAcl], [allowAllAcl]]);
    expect(ports.map(({ phase }) => phase)).toEqual(['dirty', 'dirty', 'dirty']);
    await service.drop(network);
    expect(done).toHaveLength(3);
  });

  test('are left alone by others meanwhile, and those that come then share the next write', async () => {
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let begun = (): void => undefined;
    const writing = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const { network, service, done } = bed(() => {
      begun();
      return held;
    });
    const first = service.drop(network);
    await writing;
    const more = [4, 5].map((ofPort) => addPort(network, ofPort, { acls: ['late'] }));
    const rest = more.map(() => service.drop(network));
    await new Promise(setImmediate);
    expect(more.map(service.isUnderWay)).toEqual([true, true]);
    goOn();
    await Promise.all([first, ...rest]);
    expect(more.map(service.isUnderWay)).toEqual([false, false]);
    expect(done.filter((what) => what === 'written')).toHaveLength(2);
  });

  test('are under the default for whoever asks, also when somebody else has asked before', async () => {
    const seen: string[] = [];
    const { network, service } = bed(async () => {
      await new Promise(setImmediate);
      seen.push('written');
    });
    const drop = async (): Promise<void> => {
      await service.drop(network);
      seen.push('answered');
    };
    await Promise.all([drop(), drop()]);
    expect(seen).toEqual(['written', 'answered', 'answered']);
  });

  test('keep them while Faucet is away, but for those that somebody has deleted', async () => {
    const { network, ports, service, deadlines } = bed(undefined, false);
    await service.drop(network);
    expect(ports.map(({ acls }) => acls)).toEqual([['acl-1'], ['acl-2'], [allowAllAcl]]);
    expect(deadlines).toEqual([0]);
  });

  test('are the pool’s to go on with when the file cannot be written', async () => {
    const { network, ports, service, log } = bed(() => Promise.reject(new Error('no space')));
    await service.drop(network);
    expect(ports.map(service.isUnderWay)).toEqual([false, false, false]);
    expect(log.lines.map(({ message }) => message)).toEqual([
      'free ports could not be put under the default ACL yet',
    ]);
  });
});
