/**
 * The flags that a program's first line gives to Node (`#!/usr/bin/env -S node --flag`): who starts it as a file has them
 * anyhow, who starts it with a Node of his own asks here.
 * @param {string} text the program's
 * @returns {readonly string[]}
 */
export function nodeFlags(text) {
  const [first = ''] = text.split('\n', 1);
  return first.startsWith('#!') ? first.split(' ').filter((word) => word.startsWith('--')) : [];
}
