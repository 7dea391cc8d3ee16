import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Endpoint, EndpointPhase, NetworkView } from '../domain/network.ts';
import { registerProcessMetrics } from './process-metrics.ts';
import type { StatusSource } from './source.ts';

/** The daemon's numbers for Prometheus. */
export interface Metrics {
  /** A call of Docker's has ended; seconds. */
  observeCall(call: string, seconds: number, ok: boolean): void;
  /** The reconciler has been through; seconds. */
  observeReconcile(seconds: number): void;
  /** Somebody has changed interfaces of a network in faucet.yaml. */
  countDrift(network: string, interfaces: number): void;
  /** Ports of a network have lost flows in the switch. */
  countLostFlows(network: string, ports: number): void;
  /** Firewall rules were put back that somebody had changed. */
  countFirewallRepair(): void;
  readonly contentType: string;
  /** The numbers of this moment in Prometheus's text format. */
  text(): Promise<string>;
}

// Calls take milliseconds when all is warm and seconds when Faucet reloads.
const CALL_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];
const PHASES: readonly EndpointPhase[] = ['created', 'open', 'down', 'pending', 'refused'];

/** Metrics in a registry of their own; what is on the networks is read from the source at each scrape. */
export function createMetrics(source: StatusSource): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const requests = new Histogram({
    name: 'dovesnap_request_seconds',
    help: 'Time that calls of the Docker engine took.',
    labelNames: ['call'],
    buckets: CALL_SECONDS,
    registers,
  });
  const errors = new Counter({
    name: 'dovesnap_request_errors_total',
    help: 'Calls of the Docker engine that were answered with an error.',
    labelNames: ['call'],
    registers,
  });
  const reconcile = new Histogram({
    name: 'dovesnap_reconcile_seconds',
    help: 'Time that runs of the reconciler took.',
    buckets: CALL_SECONDS,
    registers,
  });
  const drift = new Counter({
    name: 'dovesnap_faucet_drift_total',
    help: 'Interfaces of ours that somebody else changed in faucet.yaml and that were put right.',
    labelNames: ['network'],
    registers,
  });
  const lostFlows = new Counter({
    name: 'dovesnap_lost_flows_total',
    help: 'Ports that had lost flows of their policy in the switch and that were closed and restarted.',
    labelNames: ['network'],
    registers,
  });
  const firewallRepairs = new Counter({
    name: 'dovesnap_firewall_repairs_total',
    help: 'Times that somebody had changed our firewall rules, more than the place of a jump, or removed seals of links, and they were put back.',
    registers,
  });
  registerNetworkMetrics(registry, source);
  registerPortInfo(registry, source);
  registerFailing(registry, source);
  registerProcessMetrics(registry);
  return {
    observeCall: (call, seconds, ok) => {
      requests.observe({ call }, seconds);
      errors.inc({ call }, ok ? 0 : 1);
    },
    observeReconcile: (seconds) => reconcile.observe(seconds),
    countDrift: (network, interfaces) => drift.inc({ network }, interfaces),
    countLostFlows: (network, ports) => lostFlows.inc({ network }, ports),
    countFirewallRepair: () => firewallRepairs.inc(),
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}

function nameOf(view: NetworkView): string {
  return view.name ?? view.spec.id.slice(0, 12);
}

function registerNetworkMetrics(registry: Registry, source: StatusSource): void {
  const registers = [registry];
  new Gauge({
    name: 'dovesnap_networks',
    help: 'Networks of this driver.',
    registers,
    collect() {
      this.set(source.networks().length);
    },
  });
  new Gauge({
    name: 'dovesnap_endpoints',
    help: 'Endpoints by network and phase: created, open, down (open, its link cut), pending (closed until a part is back), refused (closed, bad policy).',
    labelNames: ['network', 'phase'],
    registers,
    collect() {
      this.reset();
      for (const view of source.networks()) {
        for (const phase of PHASES) this.set({ network: nameOf(view), phase }, 0);
        for (const { phase } of view.endpoints) this.inc({ network: nameOf(view), phase });
      }
    },
  });
  new Gauge({
    name: 'dovesnap_pool_ports',
    help: 'Ports of the warm pool by network and state: free or used.',
    labelNames: ['network', 'state'],
    registers,
    collect() {
      this.reset();
      for (const view of source.networks()) {
        this.set({ network: nameOf(view), state: 'free' }, view.freePorts);
        this.set({ network: nameOf(view), state: 'used' }, view.totalPorts - view.freePorts);
      }
    },
  });
  new Gauge({
    name: 'dovesnap_acl_problem',
    help: 'ACLs in use that are not in force as faucet.yaml should say: missing, refused (by Faucet), dropped (by the switch), stale (kept by Faucet).',
    labelNames: ['network', 'acl', 'problem'],
    registers,
    collect() {
      this.reset();
      for (const view of source.networks()) {
        for (const { acl, problem } of view.aclTroubles) {
          this.set({ network: nameOf(view), acl, problem }, 1);
        }
      }
    },
  });
  new Gauge({
    name: 'dovesnap_part_up',
    help: 'Whether a part the daemon depends on answers.',
    labelNames: ['part'],
    registers,
    collect() {
      for (const { part, up } of source.health()) this.set({ part }, up ? 1 : 0);
    },
  });
}

/** Always 1: which effects fail is in the labels, and why in `/readyz`. */
function registerFailing(registry: Registry, source: StatusSource): void {
  new Gauge({
    name: 'dovesnap_failing',
    help: 'What the daemon could not do and tries again; /readyz says why.',
    labelNames: ['what', 'network'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { what, network } of source.failing())
        this.set({ what, network: network ?? '' }, 1);
    },
  });
}

/** Always 1: `of_port_rx_bytes * on (dp_name, port) group_left (container) dovesnap_port_info` names Gauge's and Faucet's series. */
function registerPortInfo(registry: Registry, source: StatusSource): void {
  new Gauge({
    name: 'dovesnap_port_info',
    help: 'What is on a port; dp_name and port are those of Faucet and Gauge.',
    labelNames: [
      'dp_name',
      'port',
      'container',
      'container_id',
      'endpoint_id',
      'network',
      'network_id',
      'interface',
      'mac',
      'ip',
      'acl',
      'state',
    ],
    registers: [registry],
    collect() {
      this.reset();
      for (const view of source.networks()) {
        // The DP is named after the network: without a name there is none yet.
        if (view.name === undefined) continue;
        const network = { dp_name: view.name, network: view.name, network_id: view.spec.id };
        for (const endpoint of view.endpoints) this.set({ ...network, ...portLabels(endpoint) }, 1);
        for (const port of view.externalPorts) {
          this.set({ ...network, port: port.ofPort, interface: port.name, mac: port.mac }, 1);
        }
      }
    },
  });
}

function portLabels(endpoint: Endpoint): Record<string, string | number> {
  return {
    port: endpoint.ofPort,
    container: endpoint.container?.name ?? '',
    container_id: endpoint.container?.id ?? '',
    endpoint_id: endpoint.id,
    interface: endpoint.hostLink,
    mac: endpoint.mac ?? '',
    ip: (endpoint.ipv4 ?? endpoint.ipv6 ?? '').split('/', 1)[0] ?? '',
    acl: endpoint.acls.join(','),
    state: endpoint.phase,
  };
}
