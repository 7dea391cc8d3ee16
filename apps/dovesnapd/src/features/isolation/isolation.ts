import type { Feature } from '../../services/core/feature.ts';
import { replaceNotes } from '../../services/core/notes.ts';
import type { Parts } from '../../services/core/parts.ts';
import type { Registry } from '../../services/core/registry.ts';
import type { FaucetDesk } from '../../services/faucet/faucet-desk.ts';
import { checkIsolation } from './check-isolation.ts';
import { isolationRemarks } from './isolated-acls.ts';
import { isolatedNetwork } from './isolated-network.ts';

/** Keeps containers of a network apart, and says where their ACLs do not let it. */
export function isolation(parts: Parts, desk: FaucetDesk, registry: Registry): Feature {
  return {
    what: 'the isolation of containers',
    on: ({ isolated }) => ({ feature: isolated ? isolatedNetwork : { name: 'isolation' } }),
    check: ({ spec }) => checkIsolation(desk, registry, spec),
    look: (network, model) => {
      if (!network.spec.isolated) return;
      const remarks = isolationRemarks(network, model);
      const said = new Map(remarks.map((sentence) => [sentence, { sentence }]));
      replaceNotes(parts, network, 'isolation', said);
    },
  };
}
