import { describe, expect, it } from 'vitest';
import { explainFailure, takeSteps } from '../lib/step.mjs';
import { StepError } from '../lib/step-error.mjs';

function recorder() {
  const lines: string[] = [];
  let clock = 0;
  const now = () => {
    clock += 1500;
    return clock;
  };
  return {
    lines,
    edges: { write: (text: string) => void lines.push(text), now, interactive: false },
  };
}

describe('takeSteps', () => {
  it('shows each step with its time and note', async () => {
    const { lines, edges } = recorder();
    const steps = [{ title: 'Build', act: async () => 'two packages' }];
    expect(await takeSteps(steps, edges)).toBeUndefined();
    expect(lines).toEqual(['[ 1/1] Build\n', '        1.5 s  two packages\n']);
  });

  it('stops at the step that fails', async () => {
    const { lines, edges } = recorder();
    const error = new StepError('no disk');
    const steps = [
      { title: 'Build', act: () => Promise.reject(error) },
      { title: 'Start', act: async () => 'never' },
    ];
    expect(await takeSteps(steps, edges)).toEqual({ title: 'Build', error });
    expect(lines.join('')).toBe('[ 1/2] Build\n        FAILED after 1.5 s\n');
  });
});

describe('explainFailure', () => {
  it('says what failed, why, where to look and what to do', () => {
    const error = new StepError('no\ndisk', { remedy: 'free some', log: '/var/log/build' });
    expect(explainFailure('Build', error).trim().split('\n')).toEqual([
      'Failed:     Build',
      'Why:        no',
      '            disk',
      'Log:        /var/log/build',
      'What to do: free some',
    ]);
  });
});
