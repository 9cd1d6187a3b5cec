import { decodeBatch, encodeBatch } from '@strata/profile';
import { expect, test } from 'vitest';
import { FrameTable } from '../src/attribution/frames.ts';
import { Window } from '../src/window.ts';

const table = new FrameTable();
const path = (text: string) => ({
  frames: text
    .split(';')
    .filter(Boolean)
    .map((name) => table.named('symbolized', name)),
});
const names = (service: string) => ({
  workload: { service, version: '1', environment: '', namespace: '', cluster: '', labels: {} },
  source: { host: 'h', pod: '', container: '', process: service, labels: {} },
});

test('the same sample is one row; the kernel’s frames stand on the user’s', () => {
  const window = new Window();
  const cart = names('cart');
  const add = (who: typeof cart, thread: string, user: string, kernel: string, count: number) =>
    window.add({ names: who, thread, user: path(user), kernel: path(kernel), count });
  add(cart, 'main', 'main;read', '', 2);
  add(cart, 'main', 'main;read', '', 3);
  add(cart, 'main', 'main;read', 'sys_read;copy', 4);
  add(cart, 'worker', 'main;read', '', 5);
  add(names('web'), 'main', 'main', '', 6);
  add(cart, 'main', '', 'idle', 7);

  const batch = window.toBatch(10_000, 20_000, 10_101_010);
  const { stacks, samples } = batch;
  const folded = (leaf: number): string => {
    const frame = stacks.frames[stacks.frame[leaf]!]!;
    const name = frame.kind === 'native' ? '' : frame.function;
    return stacks.parent[leaf]! < 0 ? name : `${folded(stacks.parent[leaf]!)};${name}`;
  };
  const rows = [...samples.node].map((node, row) => [
    batch.workloads[samples.workload[row]!]!.service,
    batch.sources[samples.source[row]!]!.thread,
    folded(node),
    samples.count[row],
  ]);
  expect(rows).toEqual([
    ['cart', 'main', 'main;read', 5],
    ['cart', 'main', 'main;read;sys_read;copy', 4],
    ['cart', 'worker', 'main;read', 5],
    ['web', 'main', 'main', 6],
    ['cart', 'main', 'idle', 7],
  ]);
  expect([...samples.value]).toEqual([...samples.count].map((count) => count * 10_101_010));
  expect([window.samples, window.rows, batch.workloads.length, batch.sources.length]).toEqual([27, 5, 2, 3]);
  expect(stacks.frames).toHaveLength(5);
});

test('an image that was named anew does not make a second workload or source', () => {
  const window = new Window();
  for (const who of [names('cart'), names('cart')]) {
    window.add({ names: who, thread: 'main', user: path('main'), kernel: path(''), count: 1 });
  }
  const batch = window.toBatch(Date.UTC(2026, 0), Date.UTC(2026, 0) + 1, 1);
  expect([batch.workloads.length, batch.sources.length, [...batch.samples.count]]).toEqual([1, 1, [2]]);
  expect(decodeBatch(JSON.parse(JSON.stringify(encodeBatch(batch))))).toEqual(batch);
});
