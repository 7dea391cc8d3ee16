import { describe, expect, it } from 'vitest';
import { addTallies, failure, formatTally, success, tallyReport } from '../lib/tally.mjs';

function report(...files: [name: string, statuses: string[]][]): string {
  const testResults = files.map(([name, statuses]) => ({
    name,
    status: 'whatever',
    message: statuses.length === 0 ? 'Cannot find module\n at x' : '',
    assertionResults: statuses.map((status, index) => ({ status, fullName: `test ${index}` })),
  }));
  return JSON.stringify({ testResults });
}

describe('tallyReport', () => {
  it('counts what passed and what failed', () => {
    expect(tallyReport('unit', report(['a', ['passed', 'failed', 'passed']]), 1)).toEqual({
      passed: 2,
      failed: 1,
      failures: ['unit: test 1 (failed)'],
    });
  });

  it('says at the end why a test failed', () => {
    const failed = {
      status: 'failed',
      fullName: 'lab answers',
      meta: { log: ['{"msg":"the port is open"}'] },
      failureMessages: [
        'AssertionError: \u001b[31mexpected no to be yes\u001b[39m\n\n    at lab.e2e.test.ts:4\n',
      ],
    };
    const testResults = [{ name: 'lab', message: '', assertionResults: [failed] }];
    expect(tallyReport('e2e', JSON.stringify({ testResults }), 1).failures).toEqual([
      'e2e: lab answers (failed)\n    AssertionError: expected no to be yes\n        at lab.e2e.test.ts:4\n    {"msg":"the port is open"}',
    ]);
  });

  it.each(['pending', 'skipped', 'todo'])('counts a %s test as failed', (status) => {
    expect(tallyReport('unit', report(['a', ['passed', status]]), 0).failed).toBe(1);
  });

  it('counts a file that cannot be loaded as one failure', () => {
    expect(tallyReport('unit', report(['a', ['passed']], ['b', []]), 1)).toMatchObject({
      passed: 1,
      failures: ['unit: b: Cannot find module'],
    });
  });

  it('counts an error outside of every test', () => {
    expect(tallyReport('unit', report(['a', ['passed']]), 1).failed).toBe(1);
  });

  it('counts a run without a test, and one without a report, as failed', () => {
    expect(tallyReport('e2e', report(), 1).failures).toEqual(['e2e: no test was found']);
    expect(tallyReport('e2e', undefined, 137).failed).toBe(1);
  });
});

describe('addTallies', () => {
  it('adds up to the closing line', () => {
    const sum = addTallies([success, failure('x'), { passed: 5, failed: 0, failures: [] }]);
    expect(formatTally(sum)).toBe('6 passed, 1 failed');
  });
});
