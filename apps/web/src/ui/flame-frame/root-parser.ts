import { createParser } from 'nuqs';
import { readPath, writePath } from '../flame-canvas/root-path.ts';

/** `root=` of an address: names of frames from the outermost inward. */
export const parseAsRoot = createParser<readonly string[]>({
  parse: readPath,
  serialize: writePath,
  eq: (a, b) => a.length === b.length && a.every((name, i) => name === b[i]),
}).withDefault([]);
