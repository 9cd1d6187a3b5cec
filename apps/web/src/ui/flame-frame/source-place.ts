import type { NamedTree } from '@strata/profile';

/** `checkout.cpp:34`, the line the function is mostly at; only the file where no line is known, `''` without a file. */
export function sourcePlace(tree: Pick<NamedTree, 'functions'>, functionRow: number): string {
  const { file, line } = tree.functions;
  return line[functionRow]! > 0 && file[functionRow] !== ''
    ? `${file[functionRow]}:${line[functionRow]}`
    : file[functionRow]!;
}

/** What is said of a frame whose code is part of its caller's, which stands below it when callers go down. */
export const inlinedWords = (inverted: boolean) => `Inlined into the frame ${inverted ? 'below' : 'above'}`;
