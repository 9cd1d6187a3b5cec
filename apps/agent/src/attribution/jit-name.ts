/** A function as a JIT's perf map names it. */
export interface JitName {
  readonly function: string;
  readonly file: string;
  readonly line: number;
}

const NAME_CHARACTERS_MOST = 4_096;

/**
 * V8 writes `JS:*price /srv/shop.js:10:3` (LazyCompile, Function, Eval, Script), where a mark tells the tier:
 * `~` interpreted, `^` baseline, `+` or `'` mid, `*` optimised. The tier changes while a function runs, its name must not.
 */
const V8 =
  /^(?:JS|LazyCompile|Function|Eval|Script):[~^+*']{0,2}(.*?)(?: ((?:\/|file:|node:)\S.*?|\S+?):(\d+)(?::\d+)?)?$/;
/** CPython 3.12 and later: `py::price:/srv/shop.py`. */
const PYTHON = /^py::(.+?):(\/.*|<.*>)$/;

export function parseJitName(text: string): JitName {
  return parse(text.slice(0, NAME_CHARACTERS_MOST));
}

function parse(text: string): JitName {
  const v8 = V8.exec(text);
  if (v8) {
    const file = (v8[2] ?? '').replace(/^file:\/\//, '');
    return { function: v8[1]!.trim() || '(anonymous)', file, line: Number(v8[3] ?? 0) };
  }
  const python = PYTHON.exec(text);
  if (python) return { function: python[1]!, file: python[2]!, line: 0 };
  return { function: text, file: '', line: 0 };
}
