import { formatShare } from '../../ui/amount.ts';
import { withoutArguments } from '../../ui/flame-canvas/label-fit.ts';
import type { FunctionRow } from './function-table.tsx';
import type { ProfileWords } from './profile-words.ts';

const SHOWN = 12;

export interface OverviewProps {
  readonly rows: readonly FunctionRow[];
  readonly words: ProfileWords;
  readonly onSelect: (functionRow: number) => void;
}

/** Stands in the inspector while nothing is selected: where the time itself is spent. */
export function Overview({ rows, words, onSelect }: OverviewProps) {
  const { whole, amount } = words;
  const top = [...rows]
    .sort((a, b) => b.self - a.self)
    .slice(0, SHOWN)
    .filter((row) => row.self > 0);
  const largest = top[0]?.self ?? 1;
  return (
    <div className="p-4 max-lg:hidden">
      <h2 className="text-[13px] font-semibold">Most self {amount.unit.endsWith('cores') ? 'time' : amount.unit}</h2>
      <p className="mt-0.5 text-[12px] text-ink-2">Click a box to zoom and see it here; hover for its figures.</p>
      <ul className="mt-3">
        {top.map((row) => (
          <li key={row.function} className="border-b border-line">
            <button
              type="button"
              title={row.name}
              className="w-full py-2 text-left text-[12px] hover:text-accent focus-visible:outline-2 focus-visible:outline-accent"
              onClick={() => onSelect(row.function)}
            >
              <span className="flex items-baseline gap-3">
                <span className="min-w-0 flex-1 truncate font-mono">{withoutArguments(row.name)}</span>
                <span className="tabular-nums">{formatShare(whole > 0 ? row.self / whole : 0)}</span>
              </span>
              <span aria-hidden="true" className="mt-1 block h-1">
                <span
                  className="block h-full rounded-full bg-accent"
                  style={{ width: `${(row.self / largest) * 100}%` }}
                />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
