import { it } from 'vitest';
import { OPTION_HELP } from '../src/domain/options-table.ts';
import { FLAGS } from '../src/flags-table.ts';
import { expectTables, table } from './written-page.ts';

const now = (later: boolean | undefined): string => (later === true ? 'later' : 'yes');

const options = table(
  ['key', 'value', 'default', 'meaning', 'now'],
  OPTION_HELP.map(({ key, accepts, standard, help, later }) => [
    ...[`\`${key}\``, accepts, standard, help, now(later)],
  ]),
);

const flags = table(
  ['flag', 'default', 'meaning', 'now'],
  FLAGS.map(({ name, value, standard, help, later }) => [
    `\`--${name}${value === undefined ? '' : ` ${value}`}\``,
    standard ?? (value === undefined ? 'off' : 'none'),
    ...[help, now(later)],
  ]),
);

it('docs/options.md has the options and flags that there are', () => {
  expectTables('options.md', { options, flags });
});
