// Programs of ../programs, each built in the ways that release builds are, and openssl.
import { PROGRAMS, type Stage } from '../corpus/stage.ts';
import { type Group, LARGE_TARGET, NATIVE_TARGET, type Workload } from '../corpus/workload.ts';

const BUILDS = {
  O2: ['-O2', '-fomit-frame-pointer'],
  'O3-lto': ['-O3', '-flto', '-fomit-frame-pointer'],
} as const;

/** One source with the ways to run it. The work it does is in a file of its own, which only -flto can inline. */
const cppPrograms: readonly (readonly [name: string, source: string, ...args: readonly string[]])[] = [
  ['recursion-60', 'recursion', '60'],
  ['recursion-200', 'recursion', '200'],
  ['recursion-400', 'recursion', '400'],
  ['virtual-calls', 'virtual-calls'],
  ['sort', 'sort'],
  ['exceptions', 'exceptions'],
  ['signals', 'signals'],
  ['signals-own-stack', 'signals', 'own-stack'],
  ['alloca', 'alloca'],
  ['threads', 'threads'],
];

export function buildCpp(stage: Stage, source: string, flags: readonly string[], name: string): string {
  const sources = [`${PROGRAMS}/${source}.cpp`, `${PROGRAMS}/work.cpp`];
  stage.finish('g++', ['-std=c++17', '-pthread', ...flags, ...sources, '-o', stage.path(name)]);
  return stage.path(name);
}

const cpp = cppPrograms.map(
  ([name, source, ...args]): Workload => ({
    name: `cpp-${name}`,
    needs: ['g++'],
    async start(stage) {
      const built = Object.entries(BUILDS).map(
        ([build, flags]) => [build, buildCpp(stage, source, flags, build)] as const,
      );
      return built.map(
        ([build, program]): Group => ({
          name: `cpp-${name} ${build}`,
          roots: [stage.run(program, args)],
          target: NATIVE_TARGET,
        }),
      );
    },
  }),
);

const openssl: Workload = {
  name: 'openssl',
  needs: ['openssl'],
  async start(stage) {
    const [digests, ciphers] = [
      ['sha1', 'sha256', 'sha512', 'blake2b512', 'md5'],
      ['aes-128-cbc', 'chacha20', 'camellia-128-cbc'],
    ];
    const speed = ['openssl', 'speed', '-seconds', '1', '-bytes', '4096'];
    const publicKey = ['rsa2048', 'rsa4096', 'ecdsap256', 'ecdsap384', 'ed25519', 'ecdhx25519', 'dsa2048'];
    const roots = [
      stage.repeat([...speed, ...digests, ...ciphers]),
      stage.repeat([...speed, ...publicKey]),
      stage.repeat([...speed, '-evp', 'aes-256-gcm']),
    ];
    return [{ name: 'openssl', roots, target: NATIVE_TARGET }];
  },
};

const rust: Workload = {
  name: 'rust',
  needs: ['rustc'],
  async start(stage) {
    stage.finish('rustc', ['--edition', '2021', '-O', `${PROGRAMS}/mix.rs`, '-o', 'rust']);
    return [{ name: 'rust', roots: [stage.run(stage.path('rust'), [])], target: NATIVE_TARGET }];
  },
};

const go: Workload = {
  name: 'go',
  needs: ['go'],
  async start(stage) {
    const builds = { go: [], 'go-stripped': ['-ldflags=-s -w'] };
    return Object.entries(builds).map(([name, flags]): Group => {
      const environment = { CGO_ENABLED: '0', GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local' };
      stage.finish('go', ['build', '-C', `${PROGRAMS}/go`, ...flags, '-o', stage.path(name), '.'], { environment });
      return { name, roots: [stage.run(stage.path(name), [])], target: LARGE_TARGET };
    });
  },
};

export const COMPILED: readonly Workload[] = [openssl, ...cpp, rust, go];
