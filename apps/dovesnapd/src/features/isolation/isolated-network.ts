import type { NetworkFeature } from '../../domain/network-feature.ts';
import { isolateAcls, isolationRefusal } from './isolated-acls.ts';

/** What isolation does to a network whose containers are kept apart: it replaces their ACLs. */
export const isolatedNetwork: NetworkFeature = {
  name: 'isolation',
  serves: ['com.docker.network.bridge.enable_icc'],
  acls: {
    replace: (acls, { network }) => isolateAcls(network, acls),
    refusal: isolationRefusal,
  },
};
