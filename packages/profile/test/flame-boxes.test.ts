import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Boxes, boxAt, collectBoxes, layoutTree, nameOf, type StackProfile } from '../src/index.ts';
import { arbitraryProfile } from './arbitrary-profile.ts';
import { callTreeOf } from './profile-text.ts';
import { treeFromText } from './tree-text.ts';

const tree = treeFromText(`
  all
    main 10
      wide 60
      thin 20
        leaf 5
      sliver 0.4
        deep 0.1
      sliver2 0.5
    other 4
`);

function rows(boxes: Boxes): string[] {
  return Array.from({ length: boxes.rows }, (_, row) => {
    const shown: string[] = [];
    for (let box = boxes.rowStart[row]!; box < boxes.rowStart[row + 1]!; box++) {
      const what = boxes.frames[box]! > 0 ? `(${boxes.frames[box]} folded)` : nameOf(tree, boxes.node[box]!);
      shown.push(`${what}@${Math.round(boxes.x[box]!)}+${Math.round(boxes.w[box]!)}`);
    }
    return shown.join(' ');
  });
}

describe('collectBoxes', () => {
  it('draws a row per depth and one grey box for neighbours under a pixel, with what is below them', () => {
    expect(rows(collectBoxes(tree, { top: 0, from: 0, to: 100 }, 100))).toEqual([
      'all@0+100',
      'main@0+96 other@96+4',
      'wide@0+60 thin@60+25 (3 folded)@85+1',
      'leaf@60+5',
    ]);
  });

  it('shows what was folded once there is room', () => {
    const boxes = collectBoxes(tree, { top: 0, from: 0, to: 100 }, 1000);
    expect(rows(boxes)[2]).toBe('wide@0+600 thin@600+250 sliver@850+5 sliver2@855+5');
    expect(boxes.foldedFrames).toBe(0);
  });

  it('starts at the zoomed node and clips to it', () => {
    const thin = 3;
    expect(rows(collectBoxes(tree, { top: thin, from: 60, to: 85 }, 100))).toEqual(['thin@0+100', 'leaf@0+20']);
    expect(rows(collectBoxes(tree, { top: 0, from: 50, to: 70 }, 100))[2]).toBe('wide@0+50 thin@50+50');
  });

  it('shows or folds every node exactly once, whatever the tree and the width', () => {
    const lines = fc.array(fc.record({ up: fc.nat(3), self: fc.integer({ min: 1, max: 1000 }) }), { minLength: 1 });
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 400 }), (steps, widthPx) => {
        let depth = 0;
        const text = steps.map(({ up, self }) => {
          depth = Math.max(1, depth + 1 - up);
          return `${'  '.repeat(depth)}f ${self}`;
        });
        const random = treeFromText(['all', ...text].join('\n'));
        const boxes = collectBoxes(random, { top: 0, from: 0, to: random.total[0]! }, widthPx);
        const shown = [...boxes.frames].reduce((sum, frames) => sum + Math.max(1, frames), 0);
        expect(shown).toBe(random.depth.length);
        expect(boxes.foldedFrames).toBe([...boxes.frames].reduce((sum, frames) => sum + frames, 0));
      }),
    );
  });
});

describe('collectBoxes, whatever the profile and the camera', () => {
  const cameras = fc.record({ profile: arbitraryProfile, node: fc.nat(), widthPx: fc.integer({ min: 1, max: 3000 }) });
  const look = ({ profile, node, widthPx }: { profile: StackProfile; node: number; widthPx: number }) => {
    const random = layoutTree(callTreeOf(profile));
    const top = node % random.depth.length;
    const from = random.start[top]!;
    const camera = { top, from, to: from + random.width[top]! };
    return { random, boxes: collectBoxes(random, camera, widthPx), scale: widthPx / random.width[top]! };
  };
  /** Boxes hold 32-bit floats, which near 3,000 pixels are 2⁻¹² apart. */
  const ROUNDING_PX = 2 ** -10;

  it('a box is as wide as its value, and a grey one no narrower', () => {
    fc.assert(
      fc.property(cameras, (where) => {
        const { boxes, scale } = look(where);
        boxes.w.forEach((w, box) => {
          const error = w - boxes.value[box]! * scale;
          expect(error).toBeGreaterThan(-ROUNDING_PX);
          if (boxes.frames[box] === 0) expect(error).toBeLessThan(ROUNDING_PX);
        });
      }),
    );
  });

  it('boxes of a row do not overlap, and lie below the box of their parent', () => {
    fc.assert(
      fc.property(cameras, (where) => {
        const { random, boxes } = look(where);
        const boxOf = new Map([...boxes.node].map((node, box) => [node, box]));
        const right = (box: number) => boxes.x[box]! + boxes.w[box]!;
        for (let row = 0; row < boxes.rows; row++)
          for (let box = boxes.rowStart[row]!; box < boxes.rowStart[row + 1]!; box++) {
            if (box > boxes.rowStart[row]!) expect(boxes.x[box]).toBeGreaterThan(right(box - 1) - ROUNDING_PX);
            if (row === 0) continue;
            const above = boxOf.get(random.parent[boxes.node[box]!]!)!;
            expect(boxes.frames[above]).toBe(0);
            expect(boxes.x[box]).toBeGreaterThan(boxes.x[above]! - ROUNDING_PX);
            // A grey box may go on below the next parent.
            if (boxes.frames[box] === 0) expect(right(box)).toBeLessThan(right(above) + ROUNDING_PX);
          }
      }),
    );
  });
});

describe('boxAt', () => {
  const boxes = collectBoxes(tree, { top: 0, from: 0, to: 100 }, 100);
  const at = (row: number, x: number) => {
    const box = boxAt(boxes, row, x);
    return box < 0 ? null : nameOf(tree, boxes.node[box]!);
  };
  it('finds the box under the pointer and nothing beside it', () => {
    expect([at(0, 50), at(1, 95.9), at(1, 96.1), at(2, 59), at(3, 2)]).toEqual(['all', 'main', 'other', 'wide', null]);
    expect([at(-1, 5), at(4, 5), at(3, 64), at(3, 66)]).toEqual([null, null, 'leaf', null]);
  });
});
