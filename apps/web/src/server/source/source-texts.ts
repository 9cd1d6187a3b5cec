import type { BuildId } from '@strata/profile';
import { type IndexStore, SymbolizerError } from '@strata/symbolizer';
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

/** A source file as debug information names it. */
export interface WantedSource {
  readonly path: string;
  /** `''` for none. */
  readonly version: string;
  /** Files with code of it: their debug information may have the text itself, of the very version that ran. */
  readonly builds: readonly BuildId[];
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
  readonly #symbols: Pick<IndexStore, 'sourceText'>;
  readonly #kept = new Map<
    string,
    { readonly file: Promise<SourceFile | null>; readonly until: number; size: number }
  >();

  constructor(places: SourcePlaces, symbols: Pick<IndexStore, 'sourceText'>) {
    this.#places = places;
    this.#symbols = symbols;
  }

  /** Lines `from` to `to` of a file. Throws WebError. */
  async read(wanted: WantedSource, from: number, to: number): Promise<SourceExcerpt> {
    const { path } = wanted;
    const file = (await this.#embedded(wanted)) ?? (await this.#file(path, wanted.version));
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

  async #embedded({ path, builds }: WantedSource): Promise<SourceFile | null> {
    for (const build of builds) {
      const text = await this.#symbols.sourceText(build, path).catch(nothingIfUnreadable);
      if (text !== null) return { path: `${path}, as kept in the debug information`, text };
    }
    return null;
  }

  #file(path: string, version: string): Promise<SourceFile | null> {
    const { folder, url } = this.#places;
    if (folder === null && url === null)
      throw new WebError(
        'NO_SOURCES',
        'The debug information has no sources in it, and Strata was not told where they are: start it with STRATA_SOURCE_FOLDER or STRATA_SOURCE_URL.',
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

/** A damaged index has no text; other builds and places may have it. */
function nothingIfUnreadable(cause: unknown): null {
  if (cause instanceof SymbolizerError) return null;
  throw cause;
}
