import type { UnwindAnswers } from '../addon.ts';
import { addressText, type Svma } from '../address.ts';

/**
 * `cfa=rsp+48 ra=[cfa-8] rbp=same` as `"cfa":"rsp+48","ra":"[cfa-8]","rbp":"same"`, and a rule of one word, which is where the
 * stack cannot be followed by a formula, as `"end":"no-rule"`. In `signal-frame context=rsp+0` and `cfa=rbp+16 other-stack …` that word says of what kind.
 */
export function wordsAsMembers(words: string): string {
  const parts = words.split(' ');
  const entries = parts.map((part): [string, string] => {
    const equals = part.indexOf('=');
    if (equals < 0) return [parts.length === 1 ? 'end' : 'kind', part];
    return [part.slice(0, equals), part.slice(equals + 1)];
  });
  return JSON.stringify(Object.fromEntries(entries)).slice(1, -1);
}

/** A line for each address, in the order asked. */
export function answerLines(addresses: readonly Svma[], { words, rows }: UnwindAnswers, asJson: boolean): string {
  const members = asJson ? words.map(wordsAsMembers) : [];
  const lines = addresses.map((address, index) => {
    const row = rows[index]!;
    return asJson
      ? `{"address":"${addressText(address)}",${members[row]}}\n`
      : `${addressText(address)} ${words[row]}\n`;
  });
  return lines.join('');
}
