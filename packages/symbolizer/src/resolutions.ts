import type { Resolution, SourceFrame } from './api.ts';
import type { NativeAnswers } from './native.ts';

/** Per location of the answers: its frames; of one that is in `known` the same object again. */
export function resolutionsOf(answers: NativeAnswers, known: Map<number, Resolution>): Resolution[] {
  const { locations, ends, frames, functions, files } = answers;
  return Array.from(locations, (location, row) => {
    const before = known.get(location);
    if (before) return before;
    const resolution: SourceFrame[] = [];
    for (let i = row === 0 ? 0 : ends[row - 1]!; i < ends[row]!; i++) {
      const file = files[frames[3 * i + 1]!] ?? '';
      resolution.push({ function: functions[frames[3 * i]!] ?? '', file, line: frames[3 * i + 2]! });
    }
    known.set(location, resolution);
    return resolution;
  });
}
