import { checkConfig, editText, openText, setDp, setInterface } from '@dovesnap/faucet-config';
import { timeRepeatedly } from '../time-repeatedly.ts';
import type { MeasureOperations } from './operation.ts';

const dp = 'bench';

/** Edits of a faucet.yaml whose one datapath has so many ports. No Faucet reads it. */
export const measureFaucetYaml: MeasureOperations = async (size) => {
  const ports = Array.from({ length: size }, (_, index) =>
    setInterface(dp, index + 1, {
      description: `container-${index}`,
      nativeVlan: 100,
      aclsIn: ['allow-all'],
      opstatusReconf: false,
    }),
  );
  const text = editText(`acls:\n  allow-all:\n    - rule: {actions: {allow: 1}}\n`, [
    setDp(dp, { dpId: 0xbe9cn, hardware: 'Open vSwitch' }),
    ...ports,
  ]);
  const one = (index: number) => [setInterface(dp, 7, { description: `run-${index}` })];
  const more = Array.from({ length: Math.max(8, Math.ceil(size / 8)) }, (_, index) =>
    setInterface(dp, size + index + 1, { nativeVlan: 100, aclsIn: ['allow-all'] }),
  );
  const opened = openText(text);
  return [
    {
      title: 'faucet.yaml: edit one port (text to text)',
      times: await timeRepeatedly((index) => editText(text, one(index))),
    },
    {
      title: 'faucet.yaml: edit one port of an opened text',
      times: await timeRepeatedly((index) => opened.edit(one(index))),
    },
    {
      title: 'faucet.yaml: add an eighth of the ports to an opened text',
      times: await timeRepeatedly(() => opened.edit(more)),
    },
    {
      title: 'faucet.yaml: check an opened text',
      times: await timeRepeatedly(() => opened.check()),
    },
    {
      title: 'faucet.yaml: read and check a text',
      times: await timeRepeatedly(() => checkConfig(text)),
    },
  ];
};
