import type { StackProfile } from '@strata/profile';

/** Folded lines, sorted: `main;parse 30`. The other direction of text-batch.ts. */
export function foldedLines({ stacks, value }: StackProfile): string[] {
  const paths: string[] = [];
  stacks.parent.forEach((parent, node) => {
    const frame = stacks.frames[stacks.frame[node]!]!;
    const name = frame.kind === 'native' ? `${frame.mapping.buildId}@${frame.address}` : frame.function;
    paths.push(parent < 0 ? name : `${paths[parent]};${name}`);
  });
  return paths.flatMap((path, node) => (value[node] === 0 ? [] : [`${path} ${value[node]}`])).sort();
}

export function totalOf({ value }: StackProfile): number {
  return value.reduce((sum, self) => sum + self, 0);
}
