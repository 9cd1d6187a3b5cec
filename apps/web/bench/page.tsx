import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { Explorer } from '../src/features/flame-graph/explorer.tsx';
import { decodeProfile, type Profile } from '../src/features/flame-graph/profile-columns.ts';
import type { ExplorerState } from '../src/features/flame-graph/view-state.ts';
import { amountOf } from '../src/ui/amount.ts';

const state: ExplorerState = { view: 'flame', inverted: false, root: [], find: '', set: () => {} };

/** The moment after the browser has painted what was put into the document so far. */
function painted(): Promise<number> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => resolve(performance.now());
      port2.postMessage(null);
    });
  });
}

function View({ profile }: { profile: Profile }) {
  const words = {
    amount: amountOf(profile.unit, profile.seconds),
    whole: profile.tree.total[0]!,
    samples: profile.samples,
  };
  return (
    <div className="flex h-dvh flex-col">
      <Explorer tree={profile.tree} words={words} state={state} source={null} />
    </div>
  );
}

/** Milliseconds from bytes in memory to the first picture of them. */
async function firstPaint(url: string): Promise<number> {
  const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
  await document.fonts.ready;
  const root = createRoot(document.getElementById('root')!);
  await painted();
  const began = performance.now();
  const profile = decodeProfile(bytes);
  flushSync(() => root.render(<View profile={profile} />));
  return (await painted()) - began;
}

/** Milliseconds of script for each of `count` pointer moves, tooltip included, and how often the base was painted. */
function hover(count: number): { ms: number[]; basePaints: number } {
  const overlay = document.querySelector<HTMLCanvasElement>('canvas[data-testid=flame]')!;
  const box = overlay.getBoundingClientRect();
  let basePaints = 0;
  const clear = CanvasRenderingContext2D.prototype.clearRect;
  CanvasRenderingContext2D.prototype.clearRect = function (...area) {
    if (this.canvas !== overlay) basePaints++;
    clear.apply(this, area);
  };
  const ms = Array.from({ length: count }, (_, i) => {
    const clientX = box.left + ((i * 37) % box.width);
    const clientY = box.top + ((i * 13) % Math.min(box.height, 400));
    const event = new PointerEvent('pointermove', { bubbles: true, clientX, clientY, pointerType: 'mouse' });
    const began = performance.now();
    flushSync(() => overlay.dispatchEvent(event));
    return performance.now() - began;
  });
  CanvasRenderingContext2D.prototype.clearRect = clear;
  return { ms, basePaints };
}

Object.assign(globalThis, { firstPaint, hover });
