import { describe, expect, it } from 'vitest';
import type { NetworkView } from '../../src/domain/network.ts';
import { createMetrics } from '../../src/status/metrics.ts';
import { END, mynet, NET, nameless, statusSource, WEB } from './views.ts';

async function scraped(networks: readonly NetworkView[] = [mynet, nameless]): Promise<string[]> {
  return (await createMetrics(statusSource(networks, ['faucet'])).text()).split('\n');
}

describe('createMetrics', () => {
  it('names what is on a port with the labels that Gauge uses', async () => {
    const lines = (await scraped()).filter((line) => line.startsWith('dovesnap_port_info'));
    expect(lines).toHaveLength(3);
    expect(lines[0]).toBe(
      `dovesnap_port_info{dp_name="mynet",network="mynet",network_id="${NET}",port="7",container="web",container_id="${WEB}",endpoint_id="${END}",interface="dsh0007",mac="0e:00:00:00:00:02",ip="10.9.0.2",acl="a,b",state="open"} 1`,
    );
    expect(lines[1]).toContain('port="8",container="",container_id=""');
    expect(lines[2]).toContain('port="20",interface="vnet0"');
  });

  it('counts networks, endpoints and pool ports', async () => {
    expect(await scraped()).toEqual(
      expect.arrayContaining([
        'dovesnap_networks 2',
        'dovesnap_endpoints{network="mynet",phase="open"} 1',
        'dovesnap_endpoints{network="mynet",phase="pending"} 1',
        'dovesnap_endpoints{network="mynet",phase="refused"} 0',
        'dovesnap_endpoints{network="eeeeeeeeeeee",phase="open"} 0',
        'dovesnap_pool_ports{network="mynet",state="free"} 6',
        'dovesnap_pool_ports{network="mynet",state="used"} 2',
        'dovesnap_acl_problem{network="mynet",acl="guard",problem="missing"} 1',
        'dovesnap_part_up{part="docker"} 1',
        'dovesnap_part_up{part="faucet"} 0',
      ]),
    );
  });

  it('forgets what has gone', async () => {
    const networks = [mynet];
    const metrics = createMetrics({ ...statusSource([]), networks: () => networks });
    expect(await metrics.text()).toContain('container="web"');
    networks.pop();
    const text = await metrics.text();
    expect(text).not.toContain('mynet');
    expect(text).toContain('dovesnap_networks 0');
  });

  it('keeps times and errors of calls and of the reconciler', async () => {
    const metrics = createMetrics(statusSource([]));
    metrics.observeCall('Join', 0.004, true);
    metrics.observeCall('Join', 2, false);
    metrics.observeReconcile(0.2);
    const lines = (await metrics.text()).split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'dovesnap_request_seconds_bucket{le="0.005",call="Join"} 1',
        'dovesnap_request_seconds_count{call="Join"} 2',
        'dovesnap_request_errors_total{call="Join"} 1',
        'dovesnap_reconcile_seconds_count 1',
      ]),
    );
  });

  it('shows the process', async () => {
    const values = new Map((await scraped([])).map((line) => line.split(' ') as [string, string]));
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_start_time_seconds',
      'process_open_fds',
    ]) {
      expect(Number(values.get(name))).toBeGreaterThan(0);
    }
  });

  it('has a registry of its own each time', async () => {
    const [first, second] = [createMetrics(statusSource([])), createMetrics(statusSource([]))];
    first.observeCall('Join', 1, true);
    expect(await second.text()).not.toContain('call="Join"');
  });
});
