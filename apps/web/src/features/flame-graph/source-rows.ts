import type { Line, SourceText } from './use-source.ts';

/** A row of the pane: a line, or `skipped` lines left out between two. */
export type SourceRow =
  | { readonly line: number; readonly text: string | null; readonly self: number; readonly total: number }
  | { readonly skipped: number; readonly before: number };

/** Lines without weight that stand around one with it. */
const AROUND = 6;

/**
 * Lines in order, those with weight and, where their text is known, those around them. Without text there is nothing to read
 * between them, so nothing is said of what is left out.
 */
export function sourceRows(lines: readonly Line[], text: SourceText | null): SourceRow[] {
  const weight = new Map(lines.map((line) => [line.line, line]));
  const shown = new Set<number>();
  for (const { line } of lines) {
    shown.add(line);
    if (text === null) continue;
    for (let near = line - AROUND; near <= line + AROUND; near++) if (textOf(text, near) !== null) shown.add(near);
  }
  const rows: SourceRow[] = [];
  let last = 0;
  for (const line of [...shown].sort((a, b) => a - b)) {
    if (text !== null && last > 0 && line > last + 1) rows.push({ skipped: line - last - 1, before: line });
    const { self = 0, total = 0 } = weight.get(line) ?? {};
    rows.push({ line, text: text === null ? null : textOf(text, line), self, total });
    last = line;
  }
  return rows;
}

function textOf({ first, lines }: SourceText, line: number): string | null {
  return lines[line - first] ?? null;
}
