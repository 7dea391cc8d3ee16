import type { Host } from '@dovesnap/testkit';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  changeFile,
  noPingRules,
  operatorWith,
  type Said,
  untilInOrder,
  untilSaid,
  withAcl,
} from './acl-changes.ts';
import { openLab } from './lab.ts';

/** A host on which an ACL of the operator's is in use on a network. */
export interface AclBed {
  readonly host: Host;
  /** Puts other lines in the ACL's place, `''` for none. */
  set(lines: string): Promise<void>;
  /** Makes it what it is at first, {@link noPingRules}. */
  putBack(): Promise<void>;
  /** What the log is asked for is to stand in it from now on; done before each test. */
  mark(): void;
  /** The number of lines that the log had at the mark. */
  readonly since: number;
  /** Resolves when status, metric and log say this of the ACL. */
  untilSaid(said: Said): Promise<void>;
  /** Resolves when nothing is said of the ACL, or of another, any more. */
  untilInOrder(other?: string): Promise<void>;
}

/** Opens the host before the tests of the file that calls it, puts the ACL back before each, and closes the host. */
export function aclBed(name: string, { acl, network }: { acl: string; network: string }): AclBed {
  let open: Host | undefined;
  let since = 0;
  const bed: AclBed = {
    get host() {
      if (open === undefined) throw new Error('no lab is open');
      return open;
    },
    set: (lines) => changeFile(bed.host, withAcl(acl, lines)),
    putBack: () => bed.set(noPingRules(acl)),
    mark: () => {
      since = bed.host.daemon.logs.entries.length;
    },
    get since() {
      return since;
    },
    untilSaid: (said) => untilSaid(bed.host, network, said, since),
    untilInOrder: (other = acl) => untilInOrder(bed.host, network, other, since),
  };
  beforeAll(async () => {
    open = await openLab(name, { faucetConfig: operatorWith(acl) });
  });
  afterAll(async () => {
    await open?.close();
  });
  beforeEach(async () => {
    // What a test that failed has left.
    if (!bed.host.faucet.running) await bed.host.faucet.start();
    if (!bed.host.daemon.running) await bed.host.daemon.start();
    await bed.putBack();
    bed.mark();
  });
  return bed;
}
