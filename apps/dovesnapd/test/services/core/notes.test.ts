import { expect, it } from 'vitest';
import { type Note, replaceNote, replaceNotes } from '../../../src/services/core/notes.ts';
import { sampleNetwork, sentencesOf } from '../../plan/sample.ts';
import { recordingLog } from '../../recording-log.ts';

function bed() {
  const network = sampleNetwork();
  const log = recordingLog();
  const parts = { log };
  return {
    ...{ network, log },
    notes: () => sentencesOf(network),
    say: (said: Readonly<Record<string, Note>>) =>
      replaceNotes(parts, network, 'acl', new Map(Object.entries(said))),
    sayOne: (note: Note | undefined) => replaceNote(parts, network, 'acl file', note),
  };
}

it('says what is new once, with its subject', () => {
  const { say, log, notes } = bed();
  const web = { sentence: 'ACL web is missing', subject: { acl: 'web' } };
  say({ web });
  say({ web, mail: { sentence: 'ACL mail is missing' } });
  expect(notes()).toEqual(['ACL web is missing', 'ACL mail is missing']);
  expect(log.lines).toEqual([
    { level: 'warn', message: 'ACL web is missing', fields: { network: 'lab', acl: 'web' } },
    { level: 'warn', message: 'ACL mail is missing', fields: { network: 'lab' } },
  ]);
});

it('drops what an owner no longer says, and nothing of another', () => {
  const { say, sayOne, notes } = bed();
  sayOne({ sentence: 'the file is missing' });
  say({ web: { sentence: 'ACL web is missing' } });
  say({});
  expect(notes()).toEqual(['the file is missing']);
  expect(sayOne(undefined)).toBe(true);
  expect(notes()).toEqual([]);
  expect(sayOne(undefined)).toBe(false);
});

it('says the same thing again when it has changed meanwhile', () => {
  const { sayOne, log } = bed();
  for (const sentence of ['a', 'b', 'a']) sayOne({ sentence });
  expect(log.lines.map(({ message }) => message)).toEqual(['a', 'b', 'a']);
});
