import { readdir } from 'node:fs/promises';
import { Gauge, type Registry } from 'prom-client';

/**
 * Adds the usual process metrics. prom-client's own set would sample the event loop a hundred times a second, and an idle
 * daemon uses no CPU.
 */
export function registerProcessMetrics(registry: Registry): void {
  const registers = [registry];
  new Gauge({
    name: 'process_cpu_seconds_total',
    help: 'User and system CPU time of the daemon.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.set((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory of the daemon.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'Start of the daemon, seconds since the epoch.',
    registers,
    collect() {
      this.set(Math.round(Date.now() / 1000 - process.uptime()));
    },
  });
  new Gauge({
    name: 'process_open_fds',
    help: 'Open files and sockets of the daemon.',
    registers,
    async collect() {
      this.set((await readdir('/proc/self/fd')).length);
    },
  });
}
