import type { FaucetModel } from '@dovesnap/faucet-config';
import type { LinkNews } from '@dovesnap/netns';
import type { SwitchState } from '@dovesnap/ovs';
import type { AttachedNetwork } from '../../domain/attached-network.ts';
import type { RequestedSpec } from '../../domain/network.ts';
import type { NetworkFeature } from '../../domain/network-feature.ts';

/** What the daemon does for a feature at run time. The services know features by this only. */
export interface Feature {
  /** What it has of its own, as it is called among what fails: `the link to its bridge`. */
  readonly what: string;
  /** Decides what it does to a network that is made or taken up; `notes` say why that is not what was asked for. */
  on(spec: RequestedSpec, userspace: boolean): OnNetwork;
  /** Refuses a new network that asks for what it cannot have. @throws DovesnapError. */
  check?(network: AttachedNetwork): Promise<void> | void;
  /** Names of its own bridges. */
  bridges?(state: SwitchState, engineId: string): readonly string[];
  /** Makes real what all networks ask of it; does nothing when it is. @throws DovesnapError, NetnsError. */
  assert?(): Promise<void>;
  /** Looks at what faucet.yaml says now, and remembers or notes what it has to. */
  look?(network: AttachedNetwork, model: FaucetModel): void;
  /** Does what is to be done on a new network, as soon as its bridge is there. @throws as `assert`. */
  enter?(network: AttachedNetwork): Promise<void>;
  /**
   * Looks in the background whether a network has what it does there, when the network is made and whenever the switch,
   * Docker or faucet.yaml may have changed; `retry`: also what has failed and stands as it stood then.
   */
  tend?(network: AttachedNetwork, options?: { readonly retry?: boolean }): void;
  /**
   * Takes away what it has put on a network that is being removed, while its bridge is there; the last feature first.
   * @throws as `assert`.
   */
  leave?(network: AttachedNetwork): Promise<void>;
  /** Something was heard of a link: looks again, in the background, if the link is its own. */
  heard?(news: LinkNews): void;
}

/** What a feature does to one network. */
export interface OnNetwork {
  readonly feature: NetworkFeature;
  readonly notes?: readonly string[];
}
