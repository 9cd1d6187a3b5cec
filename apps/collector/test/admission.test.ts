import { describe, expect, test } from 'vitest';
import { Admission, type Held } from '../src/admission.ts';

const MIB = 1 << 20;

/** A request that takes `mebibytes` and stays until `leave`; resolves with the code it was refused with, or ''. */
function hold(admission: Admission, mebibytes: number) {
  let leave = () => {};
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const outcome = admission
    .run(async (held: Held) => {
      held.take(mebibytes * MIB);
      await left;
      return '';
    })
    .catch((error: { code: string }) => error.code);
  return { leave, outcome };
}

describe('requests at a time', () => {
  test('hold at most 512 MiB together, and what one gave back the next may take', async () => {
    const admission = new Admission();
    const first = hold(admission, 400);
    expect(await hold(admission, 200).outcome).toBe('BUSY');
    first.leave();
    expect(await first.outcome).toBe('');
    const next = hold(admission, 200);
    next.leave();
    expect(await next.outcome).toBe('');
  });

  test('are at most 64', async () => {
    const admission = new Admission();
    const held = Array.from({ length: 64 }, () => hold(admission, 0));
    expect(await hold(admission, 0).outcome).toBe('BUSY');
    for (const { leave } of held) leave();
    expect(await Promise.all(held.map(({ outcome }) => outcome))).toEqual(new Array(64).fill(''));
  });
});
