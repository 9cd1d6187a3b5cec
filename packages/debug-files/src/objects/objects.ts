/**
 * Named contents, in a folder or on an S3 server. Keys are made of `a-z`, `0-9`, `.`, `-` and `/`. Who reads a key sees the
 * old content, the new one, or none, never a part. All throw DebugFileError `STORE_UNAVAILABLE`.
 */
export interface Objects {
  readText(key: string): Promise<string | null>;
  writeText(key: string, text: string): Promise<void>;
  /** Takes a file over: afterwards it is the content, and gone from its path. */
  adopt(key: string, path: string): Promise<void>;
  has(key: string): Promise<boolean>;
  /** Nothing happens when there is none. */
  remove(key: string): Promise<void>;
  /** Keys that begin with a folder's name and `/`, in no order. */
  list(folder: string): Promise<readonly string[]>;
  /** Hands out the content as a file that can be mapped while `use` runs; null when there is none. */
  withFile<T>(key: string, use: (path: string) => Promise<T>): Promise<T | null>;
}
