// `npm run check`: everything that is judged without running the product.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runSteps } from './steps.ts';

const bpf = join('native', 'bpf');
const bpfSources = readdirSync(bpf)
  .filter((name) => /\.[ch]$/.test(name) && !name.includes('generated'))
  .map((name) => join(bpf, name));

const { failed } = await runSteps([
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'types of the web app', command: ['tsc', '-p', 'apps/web'] },
  { name: 'lint and format', command: ['biome', 'ci', '--error-on-warnings', '.'] },
  { name: 'generated definitions', command: ['node', 'native/definitions/generate.ts', '--check'] },
  { name: 'layering and file lengths', command: ['vitest', 'run', 'test/layering.test.ts', 'test/tidy.test.ts'] },
  { name: 'rustfmt', command: ['cargo', 'fmt', '--all', '--check'], cwd: 'native' },
  {
    name: 'clippy',
    command: ['cargo', 'clippy', '--release', '--locked', '--all-targets', '--', '-D', 'warnings'],
    cwd: 'native',
  },
  { name: 'clang-format', command: ['clang-format-19', '--dry-run', '--Werror', ...bpfSources] },
]);
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`);
  process.exit(1);
}
