import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Paths of one small program in its forms: as built, its debug information alone, and without it. */
export interface Program {
  readonly full: string;
  readonly debug: string;
  readonly stripped: string;
  readonly symbolsOnly: string;
}

/** Compiles a program whose build ID hangs on `name`: `<name>_square` stays when it is stripped, `<name>_hidden` does not. */
export function compileProgram(folder: string, name: string, flags: readonly string[] = []): Program {
  const at = (ending: string) => join(folder, `${name}${ending}`);
  // Where its executable's link does not lead: a debug file that is elsewhere.
  const debug = join(folder, 'split-off', `${name}.debug`);
  mkdirSync(dirname(debug), { recursive: true });
  const source = `
static int __attribute__((noinline)) ${name}_hidden(int x) { return x * x; }
int ${name}_square(int x) { return ${name}_hidden(x) + 1; }
int main(int c, char **v) { return ${name}_square(c); }
`;
  writeFileSync(at('.c'), source);
  execFileSync('gcc', ['-g', '-O1', '-rdynamic', '-Wl,--build-id', ...flags, '-o', at(''), at('.c')]);
  execFileSync('objcopy', ['--only-keep-debug', at(''), debug]);
  execFileSync('objcopy', ['--strip-debug', at(''), at('.symbols')]);
  execFileSync('strip', ['-o', at('.stripped'), at('')]);
  execFileSync('objcopy', [`--add-gnu-debuglink=${debug}`, at('.stripped')]);
  return { full: at(''), debug, stripped: at('.stripped'), symbolsOnly: at('.symbols') };
}
