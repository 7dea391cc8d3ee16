import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isPodmanServer } from '../lib/docker.mjs';
import { isPodman } from '../lib/docker-client.mjs';
import { controlScript } from '../lib/open-vswitch.mjs';
import { parsePolicy, planPackages } from '../lib/plan-packages.mjs';
import type { Requirement } from '../lib/requirements.mjs';

const wanted: readonly Requirement[] = [
  { what: 'dockerd', packages: ['docker.io'], product: 'Docker', isServer: true },
  { what: 'docker', packages: ['docker-cli', 'docker.io'], product: 'Docker' },
  { what: 'ovs-ofctl', packages: ['openvswitch-common'], product: 'Open vSwitch' },
  { what: 'ovs-vsctl', packages: ['openvswitch-switch'], product: 'Open vSwitch' },
  {
    what: 'ovs-vswitchd',
    packages: ['openvswitch-switch'],
    product: 'Open vSwitch',
    isServer: true,
  },
  { what: 'nft', packages: ['nftables'] },
];

/** What `apt-cache policy` says of the packages above where only `installed` are installed. */
function policy(suite: 'bookworm' | 'trixie', installed: readonly string[] = []): string {
  const names = ['docker.io', 'openvswitch-common', 'openvswitch-switch', 'nftables'];
  return [...names, ...(suite === 'trixie' ? ['docker-cli'] : [])]
    .map((name) => {
      const version = installed.includes(name) ? '1.0' : '(none)';
      return `${name}:\n  Installed: ${version}\n  Candidate: 1.0\n  Version table:\n     1.0 500\n`;
    })
    .join('');
}

function plan(text: string, there: readonly string[]): ReturnType<typeof planPackages> {
  return planPackages(wanted, ({ what }) => there.includes(what), parsePolicy(text));
}

describe('planPackages', () => {
  it('takes the package that has a command in this suite', () => {
    const rest = ['openvswitch-common', 'openvswitch-switch', 'nftables'];
    const bookworm = { packages: ['docker.io', ...rest], problems: [] };
    expect(plan(policy('bookworm'), [])).toEqual(bookworm);
    const trixie = { packages: ['docker.io', 'docker-cli', ...rest], problems: [] };
    expect(plan(policy('trixie'), [])).toEqual(trixie);
  });

  it('brings the client that docker.io only recommends from Debian 13 on', () => {
    const there = ['dockerd', 'ovs-ofctl', 'ovs-vsctl', 'ovs-vswitchd', 'nft'];
    const installed = policy('trixie', ['docker.io', 'openvswitch-common', 'openvswitch-switch']);
    expect(plan(installed, there)).toEqual({ packages: ['docker-cli'], problems: [] });
  });

  it('installs nothing where every command is there, whoever brought it', () => {
    const there = wanted.map(({ what }) => what);
    expect(plan(policy('trixie'), there)).toEqual({ packages: [], problems: [] });
  });

  it('installs nothing over a Docker or an Open vSwitch from elsewhere, and names what that lacks', () => {
    const { packages, problems } = plan(policy('bookworm'), ['dockerd', 'ovs-vswitchd']);
    expect(packages).toEqual(['nftables']);
    expect(problems).toEqual([
      '"docker" is missing; Docker on this machine is no Debian package (it has "dockerd"), and nothing is installed over it',
      '"ovs-ofctl" is missing; Open vSwitch on this machine is no Debian package (it has "ovs-vswitchd"), and nothing is installed over it',
      '"ovs-vsctl" is missing; Open vSwitch on this machine is no Debian package (it has "ovs-vswitchd"), and nothing is installed over it',
    ]);
  });

  it('installs the product beside a client from elsewhere, which may be there for another machine', () => {
    const rest = ['openvswitch-common', 'openvswitch-switch', 'nftables'];
    const there = ['docker', 'ovs-vsctl'];
    expect(plan(policy('trixie'), there)).toEqual({
      packages: ['docker.io', ...rest],
      problems: [],
    });
  });

  it('names a command that no package has here', () => {
    const unavailable = policy('trixie').replace(
      /nftables:\n {2}Installed: \(none\)\n {2}Candidate: 1.0/,
      'nftables:\n  Installed: (none)\n  Candidate: (none)',
    );
    const there = ['dockerd', 'docker', 'ovs-ofctl', 'ovs-vsctl', 'ovs-vswitchd'];
    expect(plan(unavailable, there)).toEqual({
      packages: [],
      problems: ['nft is missing, and apt knows no package nftables here'],
    });
    expect(plan('', [...there.slice(1), 'nft']).problems).toEqual([
      'dockerd is missing, and apt knows no package docker.io here',
    ]);
  });
});

describe('isPodman', () => {
  const folder = mkdtempSync(join(tmpdir(), 'docker-client-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o755 });
    return join(folder, name);
  };

  it('knows the script of podman-docker and a link to podman', () => {
    expect(isPodman(file('docker', '#!/bin/sh\nexec /usr/bin/podman "$@"\n'))).toBe(true);
    file('podman', '\u007fELF');
    symlinkSync('podman', join(folder, 'alias'));
    expect(isPodman(join(folder, 'alias'))).toBe(true);
  });

  it('takes a program, and a script that runs Docker, for Docker', () => {
    expect(isPodman(file('elf', '\u007fELF podman'))).toBe(false);
    expect(isPodman(file('wrapper', '#!/bin/sh\nexec /opt/docker/docker "$@"\n'))).toBe(false);
  });

  it('knows the engine of Podman by the parts that it names', () => {
    expect(isPodmanServer('4.3.1 Podman Engine, Conmon, OCI Runtime (crun), ')).toBe(true);
    expect(isPodmanServer('20.10.24 Engine, containerd, runc, docker-init, ')).toBe(false);
  });
});

describe('controlScript', () => {
  it('belongs to the Open vSwitch whose programs are found', () => {
    const script = 'share/openvswitch/scripts/ovs-ctl';
    expect(controlScript('/usr/bin/ovs-vsctl')).toBe(`/usr/${script}`);
    expect(controlScript('/usr/local/bin/ovs-vsctl')).toBe(`/usr/local/${script}`);
  });
});
