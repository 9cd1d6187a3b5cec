// Runs every fuzz target of native/fuzz side by side, each for 60 seconds or as many as the argument says; fails when one fails.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const TARGETS = ['build-table', 'decode-table', 'build-index', 'symbol-index', 'jit-names'];
const SECONDS = Number(process.argv[2] ?? 60);
const NATIVE = join(import.meta.dirname, '..', 'native');
const FUZZ = join(NATIVE, 'fuzz');

/** Ends with what the command printed, if it fails. */
async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${said.slice(-8_000)}`);
  return said;
}

if (!Number.isInteger(SECONDS) || SECONDS < 1) throw new Error('How many seconds must be a whole number from 1 on.');
mkdirSync(join(FUZZ, 'artifacts'), { recursive: true });
const corpus = mkdtempSync(join(tmpdir(), 'strata-fuzz-'));
try {
  for (const crate of ['strata-unwind', 'strata-symbolize']) {
    await run('cargo', ['run', '--release', '-p', crate, '--example', 'seeds', '--', corpus], NATIVE);
  }
  await run('cargo', ['build', '--release', '--locked'], FUZZ);
  const finds = `-artifact_prefix=${join(FUZZ, 'artifacts')}/`;
  const runs = TARGETS.map(async (target) => {
    const options = [join(corpus, target), `-max_total_time=${SECONDS}`, finds];
    const said = await run(
      'cargo',
      ['run', '--release', '--locked', '--quiet', '--bin', target, '--', ...options],
      FUZZ,
    );
    console.log(`${target}: ${/Done \d+ runs in \d+ second/.exec(said)?.[0] ?? 'done'}s`);
  });
  const failed = (await Promise.allSettled(runs)).filter((result) => result.status === 'rejected');
  for (const { reason } of failed) console.error((reason as Error).message);
  process.exitCode = failed.length > 0 ? 1 : 0;
} finally {
  rmSync(corpus, { recursive: true });
}
