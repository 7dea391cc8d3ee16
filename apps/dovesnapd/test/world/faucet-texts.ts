import { type AclRuleModel, type FaucetModel, openText } from '@dovesnap/faucet-config';

/** What texts of faucet.yaml say: each is read once. */
export interface FaucetTexts {
  model(text: string): FaucetModel;
  /** Why Faucet does not take a text; undefined: it does. */
  whyRefused(text: string): string | undefined;
  /** The rules of a text's model that Faucet takes and the switch does not. */
  refusedRules(text: string): ReadonlySet<AclRuleModel>;
}

interface Read {
  readonly model: FaucetModel;
  readonly refusedRules: ReadonlySet<AclRuleModel>;
  readonly refusal: string | undefined;
}

/** Texts that are kept: what was read, what is written now, and what was written before come again. */
const mostKept = 8;

/** Fields that Faucet takes and Open vSwitch, which has no backbone bridging, does not. */
const unknownFields: readonly string[] = ['pbb_isid'];

/** Makes {@link FaucetTexts} of the file at a path. */
export function faucetTexts(path: string): FaucetTexts {
  const known = new Map<string, Read>();
  const read = (text: string): Read => {
    const found = known.get(text) ?? readText(text, path);
    known.delete(text);
    known.set(text, found);
    const [oldest] = known.keys();
    if (known.size > mostKept && oldest !== undefined) known.delete(oldest);
    return found;
  };
  return {
    model: (text) => read(text).model,
    whyRefused: (text) => read(text).refusal,
    refusedRules: (text) => read(text).refusedRules,
  };
}

function readText(text: string, path: string): Read {
  const opened = openText(text);
  const problems = opened.check({ path });
  const refusal = problems.find(({ severity }) => severity !== 'wrong')?.message;
  const model = opened.model({ path });
  const refusedRules = problems
    .filter(({ code }) => code === 'ACL_PREREQUISITE')
    .flatMap(({ path: [, acl = '', ...rest] }) => {
      const index = rest.find((key) => /^\d+$/.test(key));
      return model.acls.get(acl)?.rules[Number(index)] ?? [];
    });
  const unknown = [...model.acls.values()]
    .flatMap(({ rules }) => rules)
    .filter(({ raw }) => Object.keys(raw).some((field) => unknownFields.includes(field)));
  return { model, refusal, refusedRules: new Set([...refusedRules, ...unknown]) };
}
