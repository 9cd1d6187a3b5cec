import { expect, test } from 'vitest';
import { Gathering } from '../src/write/gathering.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('what is asked while work is under way is done together, next; a failure is of its own round only', async () => {
  const rounds: { items: readonly string[]; end(error?: Error): void }[] = [];
  const gathering = new Gathering<string, string>(
    (items) =>
      new Promise((resolve, reject) => {
        rounds.push({ items, end: (error) => (error ? reject(error) : resolve(items.join())) });
      }),
  );
  const first = gathering.add('a');
  await settled();
  const second = [gathering.add('b'), gathering.add('c')];
  await settled();
  expect(rounds.map(({ items }) => items)).toEqual([['a']]);
  rounds[0]!.end();
  expect(await first).toBe('a');
  await settled();
  const third = gathering.add('d');
  rounds[1]!.end(new Error('no'));
  await expect(Promise.all(second)).rejects.toThrow('no');
  await settled();
  rounds[2]!.end();
  expect(await third).toBe('d');
  expect(rounds.map(({ items }) => items)).toEqual([['a'], ['b', 'c'], ['d']]);
});
