import { WebError } from '../errors.ts';

/** Larger ones are generated, and nobody reads them. */
export const SOURCE_BYTES_MOST = 4 << 20;

/** The text of a source file, and where it was found. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export const tooLarge = (path: string) =>
  new WebError('SOURCE_TOO_LARGE', `${path} is larger than ${SOURCE_BYTES_MOST >> 20} MiB, too large to show.`);
