import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_SECONDS } from '../src/address/time.ts';
import { dragged, gripAt } from '../src/ui/timeline/brush.ts';
import { extentAround, keepExtent } from '../src/ui/timeline/extent.ts';
import { CHARACTER_PX, placeLabels } from '../src/ui/timeline/marker-labels.ts';
import { cornersOf, stepsOf } from '../src/ui/timeline/steps.ts';

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

describe('labels of markers', () => {
  it('go around other lines', () => {
    const apart = [500, 520].map((x) => ({ x, label: '1.9.0' }));
    expect(placeLabels(apart, 1000, []).map((label) => label?.anchor)).toEqual(['end', 'start']);
  });

  it('stand right of their lines, else left, else lower, else nowhere', () => {
    const near = ['1.9.0', '1.8.0', '1.7.0', '1.6.0', '1.5.0'].map((label, i) => ({ x: 500 + i, label }));
    const placed = placeLabels(near, 1000, []).map((label) => label && `${label.text} ${label.anchor} ${label.row}`);
    expect(placed).toEqual(['1.9.0 start 0', '1.8.0 end 0', '1.7.0 start 1', '1.6.0 end 1', null]);
    expect(placeLabels([{ x: 990, label: '1.9.0' }], 1000, [])[0]).toMatchObject({ anchor: 'end', row: 0 });
    expect(placeLabels([{ x: 10, label: '1.9.0' }], 1000, [{ row: 0, from: 0, to: 60 }])[0]).toMatchObject({
      anchor: 'start',
      row: 1,
    });
    expect(placeLabels([{ x: 10, label: 'b7d94ad5e1cb04a3a4bd6a42a8b1a1be' }], 1000, [])[0]!.text).toBe(
      'b7d94ad5e1cb04a3a4b…',
    );
  });

  it('never cover each other nor leave the timeline', () => {
    const marker = fc.record({
      x: fc.integer({ min: 0, max: 1600 }),
      label: fc.string({ minLength: 1, maxLength: 30 }),
    });
    fc.assert(
      fc.property(fc.array(marker, { maxLength: 12 }), fc.integer({ min: 100, max: 1600 }), (markers, width) => {
        const spans = placeLabels(markers, width, [{ row: 0, from: 0, to: 50 }]).flatMap((label) => {
          if (label === null) return [];
          const length = label.text.length * CHARACTER_PX;
          const from = label.anchor === 'start' ? label.x : label.x - length;
          return [{ row: label.row, from, to: from + length }];
        });
        for (const [i, one] of spans.entries()) {
          expect(one.from).toBeGreaterThanOrEqual(one.row === 0 ? 50 : 0);
          expect(one.to).toBeLessThanOrEqual(width + 1e-6);
          for (const { x } of markers) expect(one.to <= x || x <= one.from).toBe(true);
          for (const other of spans.slice(i + 1))
            expect(one.row !== other.row || one.to <= other.from || other.to <= one.from).toBe(true);
        }
      }),
    );
  });
});

describe('steps of the timeline', () => {
  const recorded = { start: 0, stepSeconds: 30, value: [0, 40, 90, 90, 30, 0] };
  const write = (versions: { firstSeen: number; lastSeen: number }[], now = 1000) =>
    stepsOf(recorded, versions, now).map(({ from, to, value }) => `${from}–${to}: ${value}`);

  it('rise with the first sample and end with the last, at the value they had while there was one', () => {
    expect(write([{ firstSeen: 40, lastSeen: 120 }])).toEqual([
      '0–30: 0',
      '30–40: 0',
      '40–60: 60',
      '60–90: 90',
      '90–120: 90',
      '120–130: 90',
      '130–150: 0',
      '150–180: 0',
    ]);
  });

  it('do not tower where a push counts before the end of its step', () => {
    expect(write([{ firstSeen: 55, lastSeen: 500 }])[2]).toBe('55–60: 120');
  });

  it('stay whole where versions take over from each other, and without the one still filling', () => {
    expect(
      write(
        [
          { firstSeen: -500, lastSeen: 75 },
          { firstSeen: 76, lastSeen: 500 },
        ],
        160,
      ),
    ).toEqual(['0–30: 0', '30–60: 40', '60–90: 90', '90–120: 90']);
  });

  it('are drawn level, and apart where nothing is known between them', () => {
    const steps = [
      { from: 0, to: 10, value: 1 },
      { from: 10, to: 20, value: 3 },
      { from: 40, to: 50, value: 2 },
    ];
    expect(cornersOf(steps).map((line) => line.map(({ t, value }) => `${t},${value}`).join(' '))).toEqual([
      '0,1 10,1 10,3 20,3',
      '40,2 50,2',
    ]);
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
