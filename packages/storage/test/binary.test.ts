import fc from 'fast-check';
import { expect, test } from 'vitest';
import { IdTable } from '../src/id-table.ts';
import { RowBinaryReader, RowBinaryWriter } from '../src/row-binary.ts';

test('ids keep the row they were added at, however they collide', () => {
  const half = fc.oneof(fc.nat(3), fc.nat(0xffff_ffff));
  fc.assert(
    fc.property(fc.array(fc.tuple(half, half), { maxLength: 3000 }), (ids) => {
      const table = new IdTable();
      const expected = new Map<string, number>();
      for (const [low, high] of ids) {
        const row = expected.get(`${low}:${high}`) ?? expected.size;
        expected.set(`${low}:${high}`, row);
        expect(table.add(low, high)).toBe(row);
      }
      expect(table.size).toBe(expected.size);
      for (const [low, high] of ids) expect(table.find(low, high)).toBe(expected.get(`${low}:${high}`));
      expect(table.find(5, 6)).toBe(expected.get('5:6') ?? -1);
    }),
  );
});

test('what is written as RowBinary is read again', () => {
  const row = fc.record({
    text: fc.string({ unit: 'binary', maxLength: 300 }),
    whole: fc.maxSafeNat(),
    float: fc.double({ noNaN: true }),
    blob: fc.uint8Array({ maxLength: 20_000 }),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 20 }), (rows) => {
      const writer = new RowBinaryWriter();
      for (const { text, whole, float, blob } of rows) {
        writer.string(text);
        writer.uint64(whole);
        writer.float64(float);
        writer.string(blob);
      }
      const reader = new RowBinaryReader(writer.bytes);
      const read = rows.map(() => ({
        text: reader.string(),
        whole: reader.uint64(),
        float: reader.float64(),
        blob: reader.blob(),
      }));
      expect(read).toEqual(rows);
      expect(reader.done).toBe(true);
    }),
    { numRuns: 50 },
  );
});
