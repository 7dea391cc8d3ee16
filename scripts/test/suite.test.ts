import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../lib/paths.mjs';
import { enterSuite, suiteEnvironment } from '../lib/suite-enter.mjs';
import { laneFiles } from '../lib/suite-lane.mjs';
import { lane, readSuiteTask } from '../lib/suite-task.mjs';

describe('laneFiles', () => {
  it('are all there', () => {
    expect(laneFiles.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});

describe('readSuiteTask', () => {
  it('runs everything, the lane, or what is named', () => {
    expect(readSuiteTask([])).toEqual({ commands: true, files: [] });
    expect(readSuiteTask(['--lane'])).toBe(lane);
    expect(readSuiteTask(['nat', 'flat'])).toEqual({ commands: false, files: ['nat', 'flat'] });
  });
});

describe('enterSuite', () => {
  it('gives the program a network of its own, or the way to what comes from elsewhere', () => {
    const own = enterSuite('/r', ['node', 'x.mjs'], { network: 'own', folder: '/srv', files: [] });
    expect(own.args).toContain('--net');
    expect(own.args.slice(-6)).toEqual(['suite', 'own', '', '/srv', 'node', 'x.mjs']);
    const machine = enterSuite('/r', ['id'], { network: 'machine', files: ['/etc/none', root] });
    expect(machine.args).not.toContain('--net');
    expect(machine.args.slice(-5)).toEqual(['suite', 'machine', root, '/', 'id']);
  });
});

describe('suiteEnvironment', () => {
  it('keeps the way to registries, and nothing that leads to the tools of this machine', () => {
    const kept = suiteEnvironment({
      ...{ HOME: '/root', PIP_CERT: '/c.crt', npm_config_registry: 'https://r.example/' },
      ...{ PATH: '/opt/bin', npm_config_prefix: '/opt', DOVESNAP_FAUCET_VENV: '/f' },
      DOVESNAP_TEST_PATIENCE: '5',
    });
    expect(kept).toMatchObject({
      ...{ HOME: '/root', PIP_CERT: '/c.crt', npm_config_registry: 'https://r.example/' },
      ...{ PATH: expect.stringMatching(/^\/usr\/local\/sbin:/), DOVESNAP_TEST_PATIENCE: '5' },
    });
    expect(kept).not.toHaveProperty('npm_config_prefix');
    expect(kept).not.toHaveProperty('DOVESNAP_FAUCET_VENV');
  });
});
