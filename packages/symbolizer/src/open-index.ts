import type { BuildId } from '@strata/profile';
import type { OpenIndex, Resolution } from './api.ts';
import { native, withCode } from './native.ts';
import { resolutionsOf } from './resolutions.ts';

const UNKNOWN: Resolution = [];

/** Opens an index file that belongs to no store, and compares all of it with its checksum. Throws `INVALID_INDEX`, `OTHER_VERSION`. */
export async function openIndex(path: string): Promise<OpenIndex> {
  const index = await withCode(native().openSymbolIndex(path, true));
  return {
    buildId: index.buildId as BuildId,
    generation: index.generation,
    statistics: index.statistics,
    async resolve(addresses, linkage = false) {
      const answers = await withCode(index.resolve(Float64Array.from(addresses), linkage));
      const located = resolutionsOf(answers, new Map());
      return Array.from(answers.rows, (row) => located[row] ?? UNKNOWN);
    },
  };
}
