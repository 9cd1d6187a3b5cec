// `npm test`: everything CI runs. The end-to-end tests start the real product and drive it in a real browser.
import { runSteps } from './steps.ts';

const { passed, failed } = await runSteps([
  { name: 'check', command: ['npm', 'run', '--silent', 'check'] },
  { name: 'Rust tests', command: ['cargo', 'test', '--release', '--locked', '--workspace'], cwd: 'native' },
  { name: 'fuzzing', command: ['node', 'scripts/fuzz.ts'] },
  { name: 'unit and property tests', command: ['vitest', 'run', '--project', 'unit'] },
  { name: 'other kernels', command: ['vitest', 'run', '--project', 'kernels'] },
  { name: 'end-to-end tests', command: ['vitest', 'run', '--project', 'e2e'] },
]);
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`);
console.log(`\n${passed.length} passed, ${failed.length} failed`);
process.exit(failed.length > 0 ? 1 : 0);
