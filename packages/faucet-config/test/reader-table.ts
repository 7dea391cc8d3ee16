/** A datapath as the cases around it need it: valid, whatever stands before and behind it. */
const lab = `dps:
  lab:
    dp_id: 1
    description: office
    interfaces: {1: {native_vlan: 100}}
`;

/** Puts something behind the datapath's one-line map. */
function behind(text: string): string {
  return `${lab.trimEnd()}${text}`;
}

/** Puts something in the place of the datapath's one-line map. */
function interfaces(text: string): string {
  return lab.replace('{1: {native_vlan: 100}}', text);
}

/** Puts something in the place of the datapath's description. */
function description(text: string): string {
  return lab.replace('office', text);
}

/** What Faucet's reader takes and other readers of YAML do not. */
export const taken: readonly (readonly [title: string, text: string])[] = [
  ['a map that ends further left than its key', interfaces('{\n1: {native_vlan: 100}\n}')],
  ['a map that ends as far left as its key', interfaces('{\n      1: {native_vlan: 100}\n    }')],
  ['a map that begins on the line below its key', interfaces('\n     {1:\n{native_vlan:\n100}}')],
  ['lists and maps inside a map', interfaces('{1: {\ntagged_vlans: [\n1,\n2\n]\n}}')],
  ['a list at the left', `${lab}    dp_acls: [\n]\n`],
  ['a tab before what is inside a map', interfaces('{\n\t1: {native_vlan: 100}\n\t}')],
  ['comments and empty lines inside a map', interfaces('{ # a\n#b\n\n1: {native_vlan: 100}#c\n}')],
  ['a comment behind a quote', description('"office"# Ann')],
  ['a comment behind single quotes', description("'office'# Ann")],
  ['a comment behind a comma and a bracket', interfaces('{# a\n1: {native_vlan: 100},# b\n}# c')],
  ['double quotes that go on at the left', description('"the\noffice"')],
  ['single quotes that go on at the left', description("'the\n\noffice'")],
  ['quotes that go on at the left inside a map', interfaces('{1: {name: "a\nb", native_vlan: 1}}')],
  ['a tab before a comment behind a value', description('office\t# Ann')],
  ['a tab on the line behind an open value', description('office\n      \t# Ann')],
  ['a tab behind a key', description('\toffice')],
  ['CR as the only line end', lab.replaceAll('\n', '\r')],
  ['CR among LF', lab.replace('\n', '\n\r')],
  ['U+2028 before a comment', `# a\u2028# b\n${lab}`],
  ['U+0085 before a key', `# a\u0085version: 2\n${lab}`],
  ['U+2028 in quotes', description('"a\u2028b"')],
  ['an end and nothing behind it', `${lab}...\n# end\n`],
  ['an empty tag before a number', interfaces('! {1: {native_vlan: ! "100"}}')],
  ['a tag for a boolean', interfaces('{1: {output_only: !!bool yes}}')],
  ['a question mark before a key', lab.replace('  lab:', '  ? lab\n  :')],
];

/** What Faucet's reader refuses and other readers of YAML do not, with the line. */
export const refused: readonly (readonly [title: string, text: string, line: number])[] = [
  ['a tab on an empty line', `\t\n${lab}`, 1],
  ['a tab on an empty line behind quotes', description('"office"\n  \t'), 5],
  ['a tab before a comment', `# a\n  \t# b\n${lab}`, 2],
  ['a tab at the start of a line behind an open value', description('office\n\t'), 5],
  ['a tab behind a dash', `acls:\n  a:\n  -\trule: {actions: {allow: 1}}\n${lab}`, 3],
  ['two documents', `${lab}---\n${lab}`, 6],
  ['a second document without content', `${lab}---\n`, 6],
  ['a second document behind an end', `${lab}...\n---\n`, 7],
  ['one anchor name twice', description('&a office').replace('lab:', 'lab: &a'), 4],
  ['one anchor name twice in a map', interfaces('{1: &a {native_vlan: &a 100}}'), 5],
  ['U+2028 in a comment', `# a\u2028b\n${lab}`, 1],
  ['U+2029 in plain text', description('a\u2029b'), 4],
  ['U+0085 in a comment behind a value', behind(' # a\u0085b'), 5],
  ['a document that ends inside quotes', description('"a\n---\nb"'), 5],
  ['a document that ends inside a map', interfaces('{\n...\n}'), 6],
  ['a key over two lines inside a map', interfaces('{1: {native_vlan\n: 100}}'), 6],
  ['a colon on the line below its key', lab.replace('dps:', 'dps\n :'), 2],
  ['no space behind a colon inside a map', interfaces('{1:{native_vlan: 100}}'), 5],
];
