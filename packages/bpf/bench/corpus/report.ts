import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import type { ResultLine } from './result-line.ts';

const REPORT = join(import.meta.dirname, '..', '..', '..', '..', 'docs', 'completeness.md');
/** What stands between them is written; the rest of the file is prose. */
const BEGIN = '<!-- measured by npm run corpus:unwind -->';
const END = '<!-- end of what was measured -->';

/** Replaces the measured part of docs/completeness.md. */
export function writeReport(results: readonly ResultLine[]): void {
  const text = readFileSync(REPORT, 'utf8');
  const [before, after] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${REPORT} has lost the marks that its table stands between.`);
  const table = [machine(results), '', ...rows(results)].join('\n');
  writeFileSync(REPORT, `${text.slice(0, before)}${BEGIN}\n${table}\n${text.slice(after)}`);
}

function machine(results: readonly ResultLine[]): string {
  const commits = [...new Set(results.map(({ commit }) => commit))].join(', ');
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const day = new Date().toISOString().slice(0, 10);
  return (
    `Measured on ${day} at ${commits} and 99 Hz; Linux ${release()}, ${cpus().length} × ${cpus()[0]!.model.trim()}, ` +
    `${gibibytes} GiB, with other work going on beside it.`
  );
}

function rows(results: readonly ResultLine[]): readonly string[] {
  const header = [
    '| workload | samples | complete | target | with tables | wrong | behind a call | frames, mean / most | µs a sample | perf, dwarf | perf, µs a sample | perf, B a sample | other outcomes |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|',
  ];
  return [...header, ...results.map(row)];
}

function row(line: ResultLine): string {
  const { group, samples, target, wrong, framesMean, framesMost, outcomes, peer } = line;
  const others = Object.entries(outcomes).filter(([outcome]) => outcome !== 'COMPLETE');
  const hasPeer = peer !== null && typeof peer === 'object';
  const share = (percent: number | null) => (percent === null ? '–' : `${percent} %`);
  const cells = [
    group,
    samples,
    share(line.complete),
    share(target),
    share(line.completeWithTables),
    wrong,
    share(line.behindCalls),
    `${framesMean} / ${framesMost}`,
    (line.nsPerSample / 1e3).toFixed(1),
    hasPeer ? share(peer.complete) : '–',
    hasPeer ? Math.round(((peer.recordCpuSeconds + peer.scriptCpuSeconds) / peer.samples) * 1e6) : '–',
    hasPeer ? peer.bytesPerSample : '–',
    others.map(([outcome, count]) => `${outcome} ${count}`).join(', '),
  ];
  return `| ${cells.join(' | ')} |`;
}
