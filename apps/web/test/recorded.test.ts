import { expect, test } from 'vitest';
import { whyNoSamples } from '../src/features/flame-graph/recorded.ts';

const at = (time: string) => Date.parse(`2026-11-21T${time}:00Z`) / 1000;
const recorded = { first: at('12:00'), last: at('13:00') };

test.each([
  [null, '11:00', '12:00', '14:00', 'This service has no samples of this type.'],
  [recorded, '10:00', '11:00', '14:00', 'Its first sample is of 2026-11-21 12:00 UTC: the range ends before it.'],
  [
    recorded,
    '12:10',
    '12:20',
    '13:00',
    'It has samples from 2026-11-21 12:00 UTC to 2026-11-21 13:00 UTC, but none in this range.',
  ],
  [
    recorded,
    '13:10',
    '14:00',
    '14:00',
    'Its last sample is of 2026-11-21 13:00 UTC; if the service still runs, its agent may have stopped.',
  ],
  [{ ...recorded, last: at('14:00') - 10 }, '14:00', '14:01', '14:00', 'Its last sample is of 2026-11-21 13:59 UTC.'],
] as const)('with samples of %j, none from %s to %s, at %s', (samples, from, to, now, sentence) => {
  expect(whyNoSamples(samples, { from: at(from), to: at(to) }, at(now))).toBe(sentence);
});
