const watcher = (more: string): string =>
  `faucet_configs: [FAUCET_YAML]\nwatchers:\n  w: {type: port_state, ${more}}\n`;
const used = watcher('all_dps: true, db: p');
const prometheus = '  p: {type: prometheus}\n';

/** What Gauge takes. */
export const soundGauges: readonly (readonly [title: string, text: string])[] = [
  [
    'a db of another kind that nothing goes to',
    `${used}dbs:\n${prometheus}  q: {type: influx, a: b}\n`,
  ],
  ['a db without anything that nothing goes to', `${used}dbs:\n${prometheus}  q:\n  r: 5\n`],
  ['a watcher of no datapath', `${used}  x: {dps: [], type: 5, db: q}\ndbs:\n${prometheus}`],
  [
    'a watcher with keys of a db',
    `${watcher('all_dps: true, db: p, file: null')}dbs:\n${prometheus}`,
  ],
  ['a db whose name is a number', `${watcher('all_dps: true, dbs: [1]')}dbs:\n  1: {type: text}\n`],
];

/** What Gauge refuses or dies of, and what is said of it. */
export const wrongGauges: readonly (readonly [title: string, text: string, found: string])[] = [
  [
    'a path in two lists',
    `${used.replace('[FAUCET_YAML]', '[[FAUCET_YAML]]')}dbs:\n${prometheus}`,
    '1 refused WRONG_TYPE',
  ],
  ['no path', `${used.replace('[FAUCET_YAML]', '[]')}dbs:\n${prometheus}`, '1 refused MISSING_KEY'],
  [
    'nothing for a path',
    `${used.replace(' [FAUCET_YAML]', '')}dbs:\n${prometheus}`,
    '1 kills MISSING_KEY',
  ],
  [
    'a db of another kind that is used',
    `${used}dbs:\n  p: {type: influx}\n`,
    '5 refused BAD_VALUE',
  ],
  [
    'an unknown key of a db that is used',
    `${used}dbs:\n  p: {type: text, a: b}\n`,
    '5 refused UNKNOWN_KEY',
  ],
  ['a db without a type', `${used}dbs:\n  p: {}\n`, '5 kills MISSING_KEY'],
  ['a db that is no map', `${used}dbs:\n  p: 5\n`, '5 refused WRONG_TYPE'],
  [
    'a name of a db that is a number there',
    `${watcher('all_dps: true, db: "1"')}dbs:\n  1: {type: text}\n`,
    '3 kills UNKNOWN_DB',
  ],
  [
    'an unknown key of a watcher',
    `${watcher('all_dps: true, db: p, a: b')}dbs:\n${prometheus}`,
    '3 refused UNKNOWN_KEY',
  ],
];
