import { Loading, Skeleton } from '../skeleton.tsx';

/** Widths in percent of the rows: the outline of a flame graph. */
const ROWS = [
  [100],
  [62, 26, 10],
  [31, 28, 24, 9],
  [16, 13, 26, 18, 6],
  [14, 10, 12, 11, 9, 4],
  [9, 6, 11, 7, 3],
  [5, 9, 4],
].map((widths, row) => ({
  name: `row ${row}`,
  widths: widths.map((percent, box) => ({ name: `box ${box}`, percent })),
}));

/** Holds the place of toolbar, graph and inspector while the first profile comes. */
export function GraphSkeleton() {
  return (
    <div className="flex min-h-0 flex-1">
      <Loading what="the profile" />
      <div className="min-w-0 flex-1 px-4 pt-2">
        <div className="flex items-center gap-3 py-0.5">
          <Skeleton className="h-8 w-44" />
          <Skeleton className="h-8 w-32" />
          <span className="flex-1" />
          <Skeleton className="h-8 w-72 max-sm:hidden" />
        </div>
        <div className="h-8" />
        {ROWS.map(({ name, widths }) => (
          <div key={name} className="flex h-5">
            {widths.map(({ name: box, percent }) => (
              <span key={box} className="pr-px" style={{ width: `${percent}%` }}>
                <Skeleton className="h-[19px]" />
              </span>
            ))}
          </div>
        ))}
      </div>
      <div className="w-[340px] shrink-0 border-l border-line p-4 max-lg:hidden">
        <Skeleton className="h-5 w-40" />
        <Skeleton className="mt-6 h-4 w-full" />
        <Skeleton className="mt-3 h-4 w-full" />
        <Skeleton className="mt-3 h-4 w-2/3" />
      </div>
    </div>
  );
}
