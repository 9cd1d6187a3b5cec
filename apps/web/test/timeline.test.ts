import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_SECONDS } from '../src/address/time.ts';
import { dragged, gripAt } from '../src/ui/timeline/brush.ts';
import { extentAround, keepExtent } from '../src/ui/timeline/extent.ts';

const NOW = 1_000_000;
/** 2026, so that ranges can be as long as they may. */
const LATER = 1_795_269_600;
const HOUR = 3600;

describe('what the timeline shows around a range', () => {
  it('is longer than the range, holds it whole, and ends by now', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: 20 * 86_400 }), fc.integer({ min: 0, max: 86_400 }), (span, ago) => {
        const range = { from: NOW - ago - span, to: NOW - ago };
        const extent = extentAround(range, NOW);
        expect(extent.from).toBeLessThanOrEqual(range.from);
        expect(extent.to).toBeGreaterThanOrEqual(range.to);
        expect(extent.to).toBeLessThanOrEqual(NOW);
        expect(extent.to - extent.from).toBeGreaterThanOrEqual(span * 1.5);
      }),
    );
  });

  it('is never longer than what may be asked for, however long the range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 60, max: LONGEST_SECONDS }), fc.integer({ min: 0, max: LATER }), (span, ago) => {
        const range = { from: LATER - ago - span, to: LATER - ago };
        const extent = extentAround(range, LATER);
        expect(extent.from).toBeLessThanOrEqual(range.from);
        expect(extent.to).toBeGreaterThanOrEqual(range.to);
        expect(extent.to - extent.from).toBeLessThanOrEqual(LONGEST_SECONDS);
      }),
    );
  });

  it('stays while one drags within it, and follows when the range leaves it or becomes too narrow to hold', () => {
    const shown = { from: NOW - 3 * HOUR, to: NOW };
    expect(keepExtent(shown, { from: NOW - 2 * HOUR, to: NOW - HOUR }, NOW)).toBe(shown);
    expect(keepExtent(shown, { from: NOW - 5 * HOUR, to: NOW - 4 * HOUR }, NOW)).not.toBe(shown);
    expect(keepExtent(shown, { from: NOW - 2 * HOUR, to: NOW - 2 * HOUR + 60 }, NOW)).not.toBe(shown);
  });
});

describe('dragging on the timeline', () => {
  const extent = { from: 0, to: 1000 };
  const range = { from: 400, to: 600 };
  it('takes hold of the nearer edge, of the range, or of nothing', () => {
    expect([102, 195, 150, 300].map((x) => gripAt(x, 100, 200, 8))).toEqual(['from', 'to', 'move', 'new']);
  });

  it('moves an edge no further than the other, the range no further than the end, and draws both ways', () => {
    expect(dragged(range, 'from', 400, 900, extent, 10)).toEqual({ from: 590, to: 600 });
    expect(dragged(range, 'to', 600, 2000, extent, 10)).toEqual({ from: 400, to: 1000 });
    expect(dragged(range, 'move', 500, 5000, extent, 10)).toEqual({ from: 800, to: 1000 });
    expect(dragged(range, 'new', 800, 700, extent, 10)).toEqual({ from: 700, to: 800 });
  });
});
