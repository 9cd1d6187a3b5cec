import { FUNCTION_KINDS } from '@strata/profile';
import { type ReactNode, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { treeFromText } from '../../../../packages/profile/test/tree-text.ts';
import { realisticTree } from '../../bench/realistic-tree.ts';
import { DiffExplorer } from '../../src/features/compare/diff-explorer.tsx';
import type { DiffState } from '../../src/features/compare/diff-state.ts';
import { Explorer } from '../../src/features/flame-graph/explorer.tsx';
import type { ExplorerState } from '../../src/features/flame-graph/view-state.ts';
import { amountOf } from '../../src/ui/amount.ts';

/** Shares 60, 30 and 10 of 100 cores; `dust` is too narrow to be drawn at 1,600 pixels. */
const TREES = {
  before:
    'all\n  main\n    serve\n      price 60\n        dust 0.01\n          dusty 0.01\n        dusted 0.01\n      rules 30\n    receipt 9.97',
  wordy: `all\n  ${'shop::Cart<std::vector<int>>::'.repeat(20)}total 100`,
  kinds: 'all\n  b 10\n  c 10\n  d 10\n  e 10\n  f 10',
  after: 'all\n  main\n    receipt 50\n    serve\n      price 40\n      fresh 10',
};

type Kept<State extends { set: unknown }> = Omit<State, 'set'>;

/** State that a page keeps in its address, kept in memory here and shown to the test. */
function useKept<State extends { set: (change: never) => void }>(first: Kept<State>): State {
  const [state, setState] = useState(first);
  Object.assign(globalThis, { kept: state });
  return useMemo(
    () =>
      ({
        ...state,
        set: (change: Partial<Kept<State>>) => setState((before) => ({ ...before, ...change })),
      }) as unknown as State,
    [state],
  );
}

function Flame() {
  const state = useKept<ExplorerState>({ view: 'flame', inverted: false, root: [], find: '' });
  const [which, setWhich] = useState<keyof typeof TREES | 'large'>('before');
  Object.assign(globalThis, { showTree: setWhich });
  const tree = useMemo(() => {
    if (which === 'large') return realisticTree(20_000);
    const small = treeFromText(TREES[which]);
    if (which === 'kinds') small.functions.kind.set([...FUNCTION_KINDS.keys()]);
    return small;
  }, [which]);
  const words = { amount: amountOf('nanoseconds', 1e-9), whole: tree.total[0]!, samples: 1000 };
  return <Explorer tree={tree} words={words} state={state} source={null} />;
}

function Diff() {
  const state = useKept<DiffState>({ norm: 'share', root: [], find: '' });
  const side = { seconds: 1e-9, samples: 10_000, instances: 1 };
  const {
    functions,
    depth,
    function: row,
    inlined,
    self,
    total,
  } = treeFromText('all\n  same 50\n  grown 10\n  gone 20\n  fresh 20');
  const times = (factors: number[], column: Float64Array) => column.map((value, node) => value * factors[node]!);
  const tree = {
    functions,
    depth,
    function: row,
    inlined,
    selfA: times([1, 1, 1, 1, 0], self),
    selfB: times([1, 1, 3, 0, 1], self),
    totalA: times([0.8, 1, 1, 1, 0], total),
    totalB: times([1, 1, 3, 0, 1], total),
  };
  return <DiffExplorer tree={tree} unit="nanoseconds" a={side} b={side} state={state} source={null} />;
}

const page = (content: ReactNode) => (
  <main style={{ display: 'flex', flexDirection: 'column', height: '100dvh' }}>
    <h1 className="sr-only">Test</h1>
    {content}
  </main>
);
createRoot(document.getElementById('root')!).render(page(location.search === '?diff' ? <Diff /> : <Flame />));
