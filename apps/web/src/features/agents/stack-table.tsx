import { formatCount } from '../../ui/amount.ts';
import { FileName } from './file-name.tsx';
import { meaningOf, wordsOf } from './reasons.ts';
import { formatCompleteness, type StackRow } from './stack-rows.ts';
import { formatBinaryBytes, formatMs } from './table-figures.ts';

const HEAD = 'h-8 px-2 text-[12px] font-medium text-ink-3 first:pl-0 last:pr-0';
const CELL = 'px-2 py-1.5 align-top first:pl-0 last:pr-0';

/** A row per executable: how many of its stacks are whole, and what cut off the others. */
export function StackTable({ rows }: { readonly rows: readonly StackRow[] }) {
  return (
    <table className="w-full table-fixed border-collapse text-left">
      <caption className="sr-only">Executables, most stacks cut off first</caption>
      <thead>
        <tr>
          <th scope="col" className={HEAD}>
            Executable
          </th>
          <th scope="col" className={`${HEAD} w-24 text-right max-sm:w-18`}>
            Samples
          </th>
          <th
            scope="col"
            title="Of the samples with a program’s stack to walk"
            className={`${HEAD} w-40 pl-6 max-lg:w-24 max-lg:text-right max-sm:pl-2`}
          >
            Complete
          </th>
          <th scope="col" title="Of the executable’s own file" className={`${HEAD} w-52 text-right max-lg:hidden`}>
            Unwind table
          </th>
          <th scope="col" className={`${HEAD} w-[34%] pl-6 max-lg:w-[38%] max-lg:pl-2 max-sm:hidden`}>
            Not complete, by reason
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.path} className="border-t border-line">
            <th scope="row" className={`${CELL} font-normal`}>
              {row.path === '' ? (
                <span className="text-ink-2">All other executables</span>
              ) : (
                <FileName path={row.path} />
              )}
              {row.failure !== '' && (
                <span className="block text-[12px] wrap-anywhere text-bad">No unwind table: {row.failure}</span>
              )}
              <span className="sm:hidden">
                <Causes row={row} />
              </span>
            </th>
            <td className={`${CELL} text-right`}>{formatCount(row.samples)}</td>
            <td className={`${CELL} pl-6 max-sm:pl-2`}>
              <Complete share={row.completeShare} />
            </td>
            <td className={`${CELL} text-right whitespace-nowrap max-lg:hidden`}>
              <Table table={row.table} />
            </td>
            <td className={`${CELL} pl-6 max-lg:pl-2 max-sm:hidden`}>
              <Causes row={row} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Complete({ share }: { readonly share: number | null }) {
  if (share === null) return <span className="text-ink-3">—</span>;
  return (
    <span className="flex items-center gap-x-3 gap-y-1 max-lg:flex-col max-lg:items-end">
      <span className="w-14 shrink-0 text-right">{formatCompleteness(share)}</span>
      <span
        className="h-1.5 min-w-0 flex-1 overflow-hidden rounded-full bg-chip max-lg:w-full max-lg:flex-none"
        aria-hidden="true"
      >
        <span className="block h-full rounded-full bg-accent/70" style={{ width: `${share * 100}%` }} />
      </span>
    </span>
  );
}

function Table({ table }: Pick<StackRow, 'table'>) {
  if (table === null) return <span className="text-ink-3">—</span>;
  return (
    <>
      {formatCount(table.rows)} rows
      <span className="block text-[12px] text-ink-2">
        {formatBinaryBytes(table.bytes)}, ready in {formatMs(table.buildMs)}
      </span>
    </>
  );
}

function Causes({ row }: { readonly row: StackRow }) {
  return (
    <ul className="flex flex-wrap gap-x-3 text-[12px] text-ink-2">
      {row.causes.map(({ name, count }) => (
        <li key={name} title={meaningOf(name)} className="whitespace-nowrap">
          {wordsOf(name)} <span className="font-medium text-ink tabular-nums">{formatCount(count)}</span>
        </li>
      ))}
    </ul>
  );
}
