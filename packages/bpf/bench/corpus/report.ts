import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { Limits, Measured } from './measure.ts';

const REPORT = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'completeness.md');
/** What stands between them is written; the rest of the file is prose. */
const BEGIN = '<!-- measured by npm run corpus:unwind -->';
const END = '<!-- end of what was measured -->';

/** Replaces the measured part of docs/completeness.md. */
export function writeReport(measured: readonly Measured[], limits: Limits): void {
  const text = readFileSync(REPORT, 'utf8');
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${REPORT} has lost the marks that its table stands between.`);
  const table = [machine(limits), '', ...rows(measured)].join('\n');
  writeFileSync(REPORT, `${text.slice(0, before)}${BEGIN}\n${table}\n${text.slice(after)}`);
}

function machine({ samples, peerSeconds }: Limits): string {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  }).trim();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const day = new Date().toISOString().slice(0, 10);
  return (
    `Measured on ${day} at ${commit}, Linux ${release()}, ${cpus().length} × ${cpus()[0]!.model.trim()}, ${gibibytes} GiB; ` +
    `${samples.toLocaleString('en')} samples each at 99 Hz, perf ${peerSeconds} s each.`
  );
}

function rows(measured: readonly Measured[]): readonly string[] {
  const header = [
    '| workload | samples | complete | target | with tables | wrong | behind a call | frames, mean / most | perf, dwarf | perf, B a sample | other outcomes |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|',
  ];
  return [...header, ...measured.map(row)];
}

function row({ group, verdict, peer }: Measured): string {
  const { outcomes, samples, complete, completeWithTables, wrong, behindCalls, framesMean, framesMost } = verdict;
  const others = Object.entries(outcomes).filter(([outcome]) => outcome !== 'COMPLETE');
  const hasPeer = peer !== null && typeof peer === 'object';
  const cells = [
    group.name,
    samples,
    `${complete} %`,
    group.target === null ? '–' : `${group.target} %`,
    `${completeWithTables} %`,
    wrong,
    `${behindCalls} %`,
    `${framesMean} / ${framesMost}`,
    hasPeer ? `${peer.complete} %` : '–',
    hasPeer ? peer.bytesPerSample : '–',
    others.map(([outcome, count]) => `${outcome} ${count}`).join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}
