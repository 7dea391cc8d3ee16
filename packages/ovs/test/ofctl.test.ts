import { CommandError, type Run } from '@dovesnap/command';
import { expect, it } from 'vitest';
import { ofctl } from '../src/index.ts';

interface Call {
  readonly argv: readonly string[];
  readonly input: string | undefined;
}

function recorder(stdout = ''): { run: Run; calls: Call[] } {
  const calls: Call[] = [];
  const run: Run = async (file, args, options) => {
    calls.push({ argv: [file, ...args], input: options?.input });
    return { stdout, stderr: '' };
  };
  return { run, calls };
}

it('lists flows', async () => {
  const { run, calls } = recorder('OFPST_FLOW reply:\n cookie=0x0, priority=5,ip actions=drop\n');
  const flows = await ofctl({ run }).dumpFlows('lab0', { match: 'ip' });
  expect(flows).toEqual([{ table: 0, priority: 5, cookie: 0n, match: 'ip', actions: 'drop' }]);
  const flags = ['-O', 'OpenFlow13', '--no-names', '--no-stats'];
  expect(calls[0]?.argv).toEqual(['ovs-ofctl', ...flags, 'dump-flows', 'lab0', 'ip']);
});

it('sends all edits in one bundle, to the socket of a switch that is not in the usual place', async () => {
  const { run, calls } = recorder();
  await ofctl({ run, rundir: '/tmp/ovs', protocol: 'OpenFlow14' }).editFlows('lab0', [
    { delete: {} },
    { delete: { strict: true, match: 'ip', priority: 3 } },
    { add: { match: 'in_port=7', actions: 'drop' } },
  ]);
  const socket = 'unix:/tmp/ovs/lab0.mgmt';
  expect(calls).toEqual([
    {
      argv: ['ovs-ofctl', '-O', 'OpenFlow14', '--bundle', 'add-flows', socket, '-'],
      input:
        'delete \ndelete_strict table=0,priority=3,ip\n' +
        'add table=0,priority=32768,cookie=0x0,in_port=7,actions=drop\n',
    },
  ]);
});

it('runs nothing when there is nothing to edit', async () => {
  const { run, calls } = recorder();
  await ofctl({ run }).addFlows('lab0', []);
  expect(calls).toEqual([]);
});

it('sends a frame by the table action', async () => {
  const { run, calls } = recorder();
  await ofctl({ run }).packetOut('lab0', { inPort: 65534, packet: Uint8Array.of(1, 0xfe) });
  const text = 'in_port=LOCAL,packet=01fe,actions=table';
  expect(calls[0]?.argv).toEqual(['ovs-ofctl', '-O', 'OpenFlow13', 'packet-out', 'lab0', text]);
});

it('reads port numbers', async () => {
  const { run } = recorder(
    ' 7(tap7): addr:02:00:00:00:00:07\n     config: 0\n LOCAL(lab0): addr:02:00:00:00:00:01\n',
  );
  expect([...(await ofctl({ run }).portNumbers('lab0'))]).toEqual([
    ['tap7', 7],
    ['lab0', 65534],
  ]);
});

it('reads the numbers of meters', async () => {
  const { run, calls } = recorder(
    'OFPST_METER_CONFIG reply (OF1.3) (xid=0x2):\nmeter=1 kbps burst stats bands=\ntype=drop rate=10000 burst_size=1000\n\nmeter=300000 kbps bands=\ntype=drop rate=1\n',
  );
  expect([...(await ofctl({ run }).meterIds('lab0'))]).toEqual([1, 300000]);
  expect(calls[0]?.argv).toEqual(['ovs-ofctl', '-O', 'OpenFlow13', 'dump-meters', 'lab0']);
});

it('reads which ports are blocked in both directions', async () => {
  const { run } = recorder(
    [
      ' 7(tap7): addr:02:00:00:00:00:07\n     config:     NO_RECV NO_FWD\n     state:      0',
      ' 8(tap8): addr:02:00:00:00:00:08\n     config:     PORT_DOWN NO_RECV\n     state:      0',
      ' LOCAL(lab0): addr:02:00:00:00:00:01\n     config:     0\n     state:      0\n',
    ].join('\n'),
  );
  expect(await ofctl({ run }).blockedPorts('lab0')).toEqual(new Set(['tap7']));
});

it('blocks a port by its name, what comes in first, and unblocks it the other way round', async () => {
  const { run, calls } = recorder();
  await ofctl({ run }).blockPort('lab0', 'tap7');
  await ofctl({ run }).unblockPort('lab0', 'tap7');
  expect(calls.map(({ argv }) => argv.slice(3).join(' '))).toEqual([
    'mod-port lab0 tap7 no-receive',
    'mod-port lab0 tap7 no-forward',
    'mod-port lab0 tap7 forward',
    'mod-port lab0 tap7 receive',
  ]);
});

// Captured from ovs-ofctl 3.1.0.
it.each([
  'ovs-ofctl: nobr is not a bridge or a socket',
  'ovs-ofctl: connecting to unix:/run/openvswitch/nobr.mgmt (No such file or directory)',
])('tells a bridge that is not there from other failures: %s', async (stderr) => {
  const cause = new CommandError('EXIT', 'why', { argv: ['ovs-ofctl'], exitCode: 1, stderr });
  const flows = ofctl({ run: () => Promise.reject(cause) });
  const error = { code: 'BRIDGE_NOT_FOUND', bridge: 'nobr', cause };
  await expect(flows.dumpFlows('nobr')).rejects.toMatchObject(error);
  await expect(flows.editFlows('nobr', [{ delete: {} }])).rejects.toMatchObject(error);
  await expect(flows.portNumbers('nobr')).rejects.toMatchObject(error);
});

it.each([
  ['EXIT', 'OFCTL'],
  ['NOT_FOUND', 'OFCTL'],
  ['TIMEOUT', 'TIMEOUT'],
  ['ABORTED', 'ABORTED'],
] as const)('tells a command that ends with %s as %s', async (command, code) => {
  const cause = new CommandError(command, 'why', { argv: ['ovs-ofctl'] });
  const run: Run = () => Promise.reject(cause);
  await expect(ofctl({ run }).dumpFlows('lab0')).rejects.toMatchObject({
    code,
    bridge: 'lab0',
    cause,
  });
});
