/** How one interpreter's command line is read. */
export interface Interpreter {
  /** Options whose value is the next argument. `--option=value` is always one argument. */
  readonly withValue: readonly string[];
  /** Options after which there is no script: code on the command line, a version, … */
  readonly noScript?: readonly string[];
  /** Options whose value names what runs, as `-m pkg` and `-jar app.jar` do. */
  readonly named?: readonly string[];
  /** Words before the script, as in `deno run`. */
  readonly subcommands?: readonly string[];
  /** Single letters may stand together (`-um pkg`), and a letter's value may touch it (`-Wignore`). */
  readonly clusters?: boolean;
  /** What runs is a class or a module with dots (`com.acme.shop.Main`). */
  readonly runsClasses?: boolean;
}

const node: Interpreter = {
  withValue: [
    '-r',
    '--require',
    '--import',
    '--loader',
    '--experimental-loader',
    '-C',
    '--conditions',
    '--env-file',
    '--env-file-if-exists',
    '--title',
    '--input-type',
    '--inspect-port',
    '--debug-port',
    '--icu-data-dir',
    '--openssl-config',
    '--diagnostic-dir',
    '--redirect-warnings',
    '--watch-path',
    '--dns-result-order',
    '--unhandled-rejections',
    '--stack-trace-limit',
  ],
  noScript: ['-e', '--eval', '-p', '--print', '-pe', '-i', '--interactive', '--run', '--test'],
};

const shell: Interpreter = { withValue: ['-o', '-O', '--rcfile', '--init-file'], noScript: ['-c'], clusters: true };

const java: Interpreter = {
  withValue: [
    '-cp',
    '-classpath',
    '--class-path',
    '-p',
    '--module-path',
    '--upgrade-module-path',
    '--add-modules',
    '--add-exports',
    '--add-opens',
    '--add-reads',
    '--patch-module',
    '--limit-modules',
    '--enable-native-access',
    '--source',
  ],
  named: ['-jar', '-m', '--module'],
  noScript: ['-version', '--version', '-help', '--help'],
  runsClasses: true,
};

/** By the executable's base name, its version cut off (`python3.11` → `python`). */
export const INTERPRETERS: Readonly<Record<string, Interpreter>> = {
  node,
  nodejs: node,
  bun: {
    withValue: ['-r', '--preload', '--cwd', '-c', '--config', '--env-file'],
    noScript: ['-e', '--eval'],
    subcommands: ['run'],
  },
  deno: {
    withValue: ['-c', '--config', '--import-map', '--cert', '--lock', '-L', '--log-level', '--seed'],
    subcommands: ['run', 'serve'],
  },
  python: { withValue: ['-W', '-X', '--check-hash-based-pycs'], named: ['-m'], noScript: ['-c'], clusters: true },
  pypy: { withValue: ['-W', '-X', '--jit'], named: ['-m'], noScript: ['-c'], clusters: true },
  ruby: { withValue: ['-I', '-r', '-E', '-C', '-F'], named: ['-S'], noScript: ['-e'], clusters: true },
  perl: { withValue: ['-I'], noScript: ['-e', '-E'], clusters: true },
  php: { withValue: ['-c', '-d', '-t', '-z'], named: ['-f', '--file'], noScript: ['-r', '-S', '--server'] },
  'php-cli': { withValue: ['-c', '-d', '-t', '-z'], named: ['-f', '--file'], noScript: ['-r', '-S', '--server'] },
  lua: { withValue: ['-l'], noScript: ['-e'] },
  luajit: { withValue: ['-l', '-j'], noScript: ['-e'] },
  java,
  dotnet: {
    withValue: ['--additionalprobingpath', '--depsfile', '--runtimeconfig', '--fx-version'],
    subcommands: ['exec'],
  },
  Rscript: { withValue: [], noScript: ['-e'] },
  bash: shell,
  sh: shell,
  dash: shell,
  zsh: shell,
  ksh: shell,
};

/** The interpreter an executable is, or undefined. */
export function interpreterOf(executable: string): Interpreter | undefined {
  return INTERPRETERS[executable.replace(/[-.]?\d+(\.\d+)*$/, '')];
}
