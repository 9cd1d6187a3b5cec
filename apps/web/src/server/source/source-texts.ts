import { WebError } from '../errors.ts';
import type { SourceFile } from './source-file.ts';
import { readFromFolder } from './source-folder.ts';
import { readFromUrl } from './source-url.ts';

const LINES_MOST = 2_000;
const LINE_CHARACTERS_MOST = 1_000;
const KEPT_MS = 30_000;
const KEPT_CHARACTERS_MOST = 32 << 20;

/** Some lines of a source file. */
export interface SourceExcerpt {
  /** Where the text is from: a path in the folder of sources, or an address. */
  readonly path: string;
  /** Number of the first line that is here; 1-based. */
  readonly first: number;
  readonly lines: readonly string[];
  /** How many lines the file has. */
  readonly count: number;
}

/** Where texts of source files are taken from; `null` where Strata was not told. */
export interface SourcePlaces {
  readonly folder: string | null;
  /** `https://git.example/raw/{version}/{file}`. */
  readonly url: string | null;
}

/** Texts of source files, kept for half a minute, since a reader goes from function to function of one file. */
export class SourceTexts {
  readonly #places: SourcePlaces;
  readonly #kept = new Map<
    string,
    { readonly file: Promise<SourceFile | null>; readonly until: number; size: number }
  >();

  constructor(places: SourcePlaces) {
    this.#places = places;
  }

  /** Lines `from` to `to` of a file, as debug information names it. Throws WebError. */
  async read(path: string, version: string, from: number, to: number): Promise<SourceExcerpt> {
    const file = await this.#file(path, version);
    if (file === null) {
      const { folder, url } = this.#places;
      const looked = [folder === null ? null : `the folder ${folder}`, url === null ? null : new URL(url).host];
      const places = looked.filter((place) => place !== null).join(' and ');
      throw new WebError('SOURCE_NOT_FOUND', `${path} was not found in ${places}.`);
    }
    if (file.text.includes('\0')) throw new WebError('SOURCE_NOT_FOUND', `${file.path} is no text.`);
    const all = file.text.split(/\r\n|\r|\n/);
    const first = Math.max(1, from);
    return {
      path: file.path,
      first,
      lines: all
        .slice(first - 1, Math.min(to, first + LINES_MOST - 1))
        .map((line) => (line.length > LINE_CHARACTERS_MOST ? `${line.slice(0, LINE_CHARACTERS_MOST)} …` : line)),
      count: all.at(-1) === '' ? all.length - 1 : all.length,
    };
  }

  #file(path: string, version: string): Promise<SourceFile | null> {
    const { folder, url } = this.#places;
    if (folder === null && url === null)
      throw new WebError(
        'NO_SOURCES',
        'Strata was not told where sources are: start it with STRATA_SOURCE_FOLDER or STRATA_SOURCE_URL.',
      );
    const key = `${url?.includes('{version}') ? version : ''}\n${path}`;
    const known = this.#kept.get(key);
    if (known !== undefined && known.until > Date.now()) return known.file;
    const file = (async () =>
      (folder === null ? null : await readFromFolder(folder, path)) ??
      (url === null ? null : await readFromUrl(url, path, version)))();
    this.#keep(key, file);
    return file;
  }

  #keep(key: string, file: Promise<SourceFile | null>): void {
    const entry = { file, until: Date.now() + KEPT_MS, size: key.length };
    this.#kept.delete(key);
    this.#kept.set(key, entry);
    file.then(
      (found) => {
        entry.size += found?.text.length ?? 0;
        this.#shrink();
      },
      () => this.#kept.delete(key),
    );
  }

  #shrink(): void {
    let size = 0;
    for (const entry of this.#kept.values()) size += entry.size;
    for (const [key, entry] of this.#kept) {
      if (size <= KEPT_CHARACTERS_MOST && entry.until > Date.now()) return;
      size -= entry.size;
      this.#kept.delete(key);
    }
  }
}
