import { statSync } from 'node:fs';
import { basename } from 'node:path';
import type { LookupAddress } from '@strata/profile';
import { buildIndex, describeElf, type IndexStore, openIndexStore } from '@strata/symbolizer';
import type { FramePlace } from './judge.ts';

const FILE_BYTES_MOST = 1 << 30;

/** Names of functions, by symbol indexes that are built when a file is first asked for. */
export class SymbolNames {
  readonly #store: IndexStore;
  readonly #buildIds = new Map<string, ReturnType<typeof describeElf> | null>();

  constructor(folder: string) {
    this.#store = openIndexStore(folder);
  }

  /** '' when it has none. */
  async nameOf(place: FramePlace | null | undefined): Promise<string> {
    if (!place || place.lookup < 0) return '';
    try {
      const description = await this.#index(place.file);
      const answers = description && (await this.#store.resolve(description.buildId, [place.lookup as LookupAddress]));
      return answers?.[0]?.at(-1)?.function ?? '';
    } catch {
      // A file that was replaced or is broken only has no names.
      return '';
    }
  }

  async describe(place: FramePlace | null | undefined): Promise<string> {
    if (!place) return 'no file';
    const name = (await this.nameOf(place)) || '?';
    const where = place.lookup < 0 ? place.offset : place.lookup + (place.isReturnAddress ? 1 : 0);
    return `${name} (${basename(place.file)}+0x${where.toString(16)})`;
  }

  #index(file: string): ReturnType<typeof describeElf> | null {
    const known = this.#buildIds.get(file);
    if (known !== undefined) return known;
    const description = statSync(file).size > FILE_BYTES_MOST ? null : this.#build(file);
    this.#buildIds.set(file, description);
    return description;
  }

  async #build(file: string): ReturnType<typeof describeElf> {
    const description = await describeElf(file);
    if (!(await this.#store.has(description.buildId)))
      await this.#store.put(description.buildId, await buildIndex(file));
    return description;
  }
}
