import { expect, test } from 'vitest';
import { parseCliOptions } from '../src/cli-options.ts';
import { fromGraphDovesnap } from '../src/legacy-options.ts';

test.each([
  ['', ['--output=dovesnapviz.png']],
  ['-o /tmp/dovesnapviz', ['--output=/tmp/dovesnapviz.png']],
  ['-olab', ['--output=lab.png']],
  ['--output lab', ['--output=lab.png']],
  ['--output=lab.v2', ['--output=lab.v2.png']],
  ['-u localhost:9401', ['--output=dovesnapviz.png', '--status-addrs=localhost:9401']],
  [
    '--status_addrs=h1:9401,h2:9401',
    ['--output=dovesnapviz.png', '--status-addrs=h1:9401,h2:9401'],
  ],
  ['-a ca -c cert -k key -p 59999 --server=frpc -o lab', ['--output=lab.png']],
  ['-h', ['--help']],
])('graph_dovesnap %s is dovesnap-graph %j', (line, args) => {
  const read = fromGraphDovesnap(line.split(' ').filter(Boolean));
  expect(read).toEqual(args);
  expect(parseCliOptions(args)).toBeTypeOf('object');
});

test.each([
  ['--bridge x', "Unknown option '--bridge'"],
  ['-o', /argument missing/],
  ['lab.png', /'lab\.png'/],
])('graph_dovesnap %s is wrong usage', (line, reason) => {
  expect(fromGraphDovesnap(line.split(' '))).toMatch(reason);
});
