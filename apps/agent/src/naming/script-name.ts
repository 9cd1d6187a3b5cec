import { basename, dirname, join } from 'node:path';
import { type Interpreter, interpreterOf } from './interpreters.ts';

const SCRIPT_ENDING = /\.(m?[jt]sx?|c[jt]s|pyc?|pyw|pyz|rb|pl|php|phar|lua|sh|bash|zsh|[Rr]|jar|war|java|dll|exs?)$/;
/** Names that every second project gives its first file: the folder says more. */
const NAMELESS = new Set(['index', 'main', '__main__', 'Main']);
/** Folders that say as little. */
const NAMELESS_FOLDERS = new Set(['src', 'dist', 'lib', 'build', 'out', 'bin', 'target', '.', '']);

/**
 * The name of what an interpreter runs, or `''` when it runs none (a shell at a terminal, `-c code`) or when
 * `executable` is not an interpreter. `node --import x app/index.js` → `app`; `python3 -um shop.jobs` → `shop.jobs`.
 */
export function scriptName(executable: string, argv: readonly string[], workingFolder: string): string {
  const interpreter = interpreterOf(executable);
  if (interpreter === undefined || argv.length === 0) return '';
  if (argv.length === 1) return titleOf(executable, argv[0]!);
  const target = targetOf(interpreter, argv.slice(1));
  if (target === null) return '';
  return interpreter.runsClasses && !/[./](jar|war|java)$/.test(target)
    ? className(target)
    : fileName(target, workingFolder);
}

/** A program that writes a title over its arguments leaves one: `puma 6.4 (tcp://…)`. */
function titleOf(executable: string, argument: string): string {
  const word = argument.split(/[\s:]/)[0]!;
  const name = basename(word).replace(/^-/, '');
  return name === executable || interpreterOf(name) !== undefined ? '' : name;
}

/** The script, module, class or archive among the arguments after the interpreter's own; null when there is none. */
function targetOf(interpreter: Interpreter, rest: readonly string[]): string | null {
  const { withValue, noScript = [], named = [], subcommands = [], clusters = false } = interpreter;
  for (let i = 0; i < rest.length; i++) {
    const argument = rest[i]!;
    if (argument === '--') return rest[i + 1] ?? null;
    // `-` is standard input; an empty argument and Java's `@file` of more arguments name nothing.
    if (argument === '-' || argument === '') return null;
    if (!/^[-@]/.test(argument)) {
      if (subcommands.includes(argument)) continue;
      return argument;
    }
    const option = argument.replace(/=.*$/, '');
    if (named.includes(argument)) return rest[i + 1] ?? null;
    if (noScript.includes(option)) return null;
    if (withValue.includes(argument)) i++;
    else if (clusters && !argument.startsWith('--')) {
      const end = clusterEnd(interpreter, argument);
      if (end === 'none') return null;
      if (end === 'skip next') i++;
      else if (end !== 'alone') return end.name || (rest[i + 1] ?? null);
    }
  }
  return null;
}

/** `-um`, `-Wignore`, `-ec`: the first letter with a meaning of its own decides about the rest of the argument. */
function clusterEnd(
  { withValue, noScript = [], named = [] }: Interpreter,
  argument: string,
): 'alone' | 'none' | 'skip next' | { readonly name: string } {
  for (let at = 1; at < argument.length; at++) {
    const option = `-${argument[at]}`;
    if (noScript.includes(option)) return 'none';
    if (named.includes(option)) return { name: argument.slice(at + 1) };
    if (withValue.includes(option)) return at === argument.length - 1 ? 'skip next' : 'alone';
  }
  return 'alone';
}

function fileName(script: string, workingFolder: string): string {
  // An archive's version changes with every release, the service does not.
  const bare = basename(script)
    .replace(SCRIPT_ENDING, '')
    .replace(/-\d+(\.\d+)+([.-][\w.]+)*$/, '');
  if (!NAMELESS.has(bare)) return bare;
  let folder = dirname(join(workingFolder, script.startsWith('/') ? '/' : '', script));
  if (script.startsWith('/')) folder = dirname(script);
  while (NAMELESS_FOLDERS.has(basename(folder)) && folder !== dirname(folder)) folder = dirname(folder);
  return basename(folder) || bare;
}

/** `com.acme.shop.Main` → `shop`; `com.acme.Gateway` → `Gateway`; a module's class stands after the slash. */
function className(target: string): string {
  const parts = target.split('/').at(-1)!.split('.');
  const last = parts.at(-1)!;
  return NAMELESS.has(last) && parts.length > 1 ? parts.at(-2)! : last;
}
