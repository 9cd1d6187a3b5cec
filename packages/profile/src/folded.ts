import { callsOf, type FrameNames } from './frame-names.ts';
import type { StackProfile } from './model.ts';

/** Separator and line end mean something in the format; a name that has them gets look-alikes. */
const plain = (name: string) => name.replaceAll(';', ':').replaceAll(/[\r\n]+/g, ' ');

/**
 * Folded stacks, as flamegraph.pl reads them: one line a stack, names root first joined by `;`, a space, the value in the
 * profile type's unit. Inlined calls are names like others. Stacks whose names are the same are one line; lines are sorted, so equal profiles are equal text.
 */
export function encodeFolded(profile: StackProfile, frameNames: FrameNames): string {
  const names = frameNames.functions.name.map(plain);
  const sums = new Map<string, number>();
  for (let node = 0; node < profile.value.length; node++) {
    const value = profile.value[node]!;
    if (value === 0) continue;
    const path = [...callsOf(profile.stacks, frameNames, node)].map((call) => names[frameNames.function[call]!]!);
    const line = path.reverse().join(';');
    sums.set(line, (sums.get(line) ?? 0) + value);
  }
  return [...sums]
    .map(([path, value]) => `${path} ${value}\n`)
    .sort()
    .join('');
}
