import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** A program of the demo: how it is built, how it is run, and as what it shows up. */
export interface Workload {
  readonly service: string;
  readonly version: string;
  /** The program that must be on PATH to build or run it. */
  readonly needs: string;
  readonly language: string;
  readonly build: readonly string[] | null;
  readonly run: readonly string[];
}

const FRAME_POINTERS = [
  '-O2',
  '-g',
  '-fno-omit-frame-pointer',
  '-mno-omit-leaf-frame-pointer',
  '-fno-optimize-sibling-calls',
];

/** `folder` is the demo's, `output` where built programs go. */
export function workloads(folder: string, output: string): readonly Workload[] {
  const built = (name: string) => join(output, name);
  const checkout = (version: number): Workload => ({
    service: 'checkout',
    version: `${version}.0.0`,
    needs: 'g++',
    language: 'C++',
    build: [
      'g++',
      ...FRAME_POINTERS,
      `-DCHECKOUT_VERSION=${version}`,
      join(folder, 'checkout/checkout.cpp'),
      '-o',
      built(`v${version}/checkout`),
    ],
    run: [built(`v${version}/checkout`)],
  });
  return [
    checkout(1),
    checkout(2),
    {
      service: 'catalog',
      version: '1.0.0',
      needs: 'go',
      language: 'Go',
      build: ['go', 'build', '-C', join(folder, 'catalog'), '-o', built('catalog'), '.'],
      run: [built('catalog')],
    },
    {
      service: 'search',
      version: '1.0.0',
      needs: 'rustc',
      language: 'Rust',
      build: [
        'rustc',
        '-O',
        '-g',
        '-C',
        'force-frame-pointers=yes',
        join(folder, 'search/search.rs'),
        '-o',
        built('search'),
      ],
      run: [built('search')],
    },
    {
      service: 'mailer',
      version: '1.0.0',
      needs: 'node',
      language: 'Node',
      build: null,
      run: [
        process.execPath,
        '--perf-basic-prof',
        '--interpreted-frames-native-stack',
        join(folder, 'mailer/mailer.js'),
      ],
    },
    {
      service: 'reports',
      version: '1.0.0',
      needs: 'python3',
      language: 'Python',
      build: null,
      run: ['python3', join(folder, 'reports/reports.py')],
    },
  ];
}

export function isOnPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}

/** Compiles the workload where it needs that; its compiler's complaints go to standard error. */
export function buildWorkload({ build, run }: Workload): void {
  if (build === null) return;
  mkdirSync(dirname(run[0]!), { recursive: true });
  execFileSync(build[0]!, build.slice(1), { stdio: 'inherit' });
}
