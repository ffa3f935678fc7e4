import { checkChoice, checkOptions } from '../orchestrator/core/policy/options.ts';

const account = { region: true, id: true, roleArn: true } as const;

/** The options that have one of a few values, wherever they are. */
const choices: Readonly<Record<string, readonly string[]>> = {
  type: ['STANDARD', 'EXPRESS'],
  tasks: ['resources', 'mocked'],
  format: ['json', 'yaml'],
  queryLanguage: ['JSONata', 'JSONPath'],
};

/** @throws UnknownOptionError */
export function checkCallOptions(call: string, options: object, keys: Readonly<Record<string, true>>): void {
  const what = `${call}()`;
  checkOptions(what, options, keys);
  for (const [name, value] of Object.entries(options)) {
    if (Object.hasOwn(choices, name)) checkChoice(what, name, value, choices[name] ?? []);
    if (name === 'account' && typeof value === 'object') checkOptions(`${what}: account`, value, account);
  }
}
