// Programs of a hundred megabytes: compilers, an embedded database, a JavaScript engine.
import { PROGRAMS } from '../corpus/stage.ts';
import { LARGE_TARGET, type Workload } from '../corpus/workload.ts';
import { largeCpp, largeRust } from './large-sources.ts';

const compilers: Workload = {
  name: 'compilers',
  needs: ['clang-19', 'rustc'],
  async start(stage) {
    const [cpp, rust] = [stage.write('large.cpp', largeCpp(120)), stage.write('large.rs', largeRust(150))];
    const clang = ['clang-19', '-x', 'c++', '-std=c++17', '-O2', '-c', cpp, '-o', stage.path('large.o')];
    const rustc = [
      'rustc',
      '--edition',
      '2021',
      '--crate-type',
      'lib',
      '-O',
      '--emit=obj',
      rust,
      '-o',
      stage.path('rust.o'),
    ];
    // Once aloud: a source that does not compile would be a measurement of error messages.
    stage.finish(clang[0]!, [...clang.slice(1), '-fsyntax-only']);
    stage.finish(rustc[0]!, [...rustc.slice(1), '--emit=metadata']);
    return [
      { name: 'clang-19', roots: [stage.repeat(clang)], target: LARGE_TARGET },
      { name: 'rustc', roots: [stage.repeat([...rustc, '--emit=obj'])], target: LARGE_TARGET },
    ];
  },
};

const node: Workload = {
  name: 'node',
  needs: [process.execPath],
  async start(stage) {
    return [
      { name: 'node', roots: [stage.run(process.execPath, [`${PROGRAMS}/native-parts.js`])], target: LARGE_TARGET },
    ];
  },
};

const chdb: Workload = {
  name: 'libchdb',
  needs: [process.execPath],
  async start(stage) {
    return [
      { name: 'libchdb', roots: [stage.run(process.execPath, [`${PROGRAMS}/queries.js`])], target: LARGE_TARGET },
    ];
  },
};

export const LARGE: readonly Workload[] = [compilers, node, chdb];
