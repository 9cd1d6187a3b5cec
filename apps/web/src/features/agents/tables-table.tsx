import { formatCount } from '../../ui/amount.ts';
import { FileName } from './file-name.tsx';
import type { AgentStacks } from './stack-rows.ts';
import { formatBinaryBytes, formatMs } from './table-figures.ts';

const HEAD = 'h-8 px-2 text-[12px] font-medium text-ink-3 first:pl-0 last:pr-0';
const CELL = 'px-2 py-1.5 align-top first:pl-0 last:pr-0';
const NUMBER = 'text-right max-md:hidden';

/** A row per file with code that was sampled: its unwind table, or why it has none. */
export function TablesTable({ tables }: { readonly tables: readonly AgentStacks['tables'][number][] }) {
  return (
    <table className="w-full table-fixed border-collapse text-left">
      <caption className="sr-only">Unwind tables: files without one first, then the largest</caption>
      <thead>
        <tr>
          <th scope="col" className={HEAD}>
            File
          </th>
          <th scope="col" className={`${HEAD} ${NUMBER} w-24`}>
            Rows
          </th>
          <th scope="col" title="Distinct rules" className={`${HEAD} ${NUMBER} w-20`}>
            Rules
          </th>
          <th scope="col" className={`${HEAD} w-24 text-right`}>
            Size
          </th>
          <th scope="col" className={`${HEAD} ${NUMBER} w-28`}>
            Made ready in
          </th>
        </tr>
      </thead>
      <tbody>
        {tables.map((table) => (
          <tr key={table.path} className="border-t border-line">
            <th scope="row" className={`${CELL} font-normal`}>
              <FileName path={table.path} />
              {table.failure !== '' ? (
                <span className="block text-[12px] wrap-anywhere text-bad">{table.failure}</span>
              ) : (
                <span className="block text-[12px] text-ink-2 md:hidden">
                  {formatCount(table.rows)} rows, {formatCount(table.rules)} rules, {formatMs(table.buildMs)}
                </span>
              )}
            </th>
            {table.failure !== '' ? (
              <>
                <td className={`${CELL} ${NUMBER} text-ink-3`}>—</td>
                <td className={`${CELL} ${NUMBER} text-ink-3`}>—</td>
                <td className={`${CELL} text-right text-ink-3`}>none</td>
              </>
            ) : (
              <>
                <td className={`${CELL} ${NUMBER}`}>{formatCount(table.rows)}</td>
                <td className={`${CELL} ${NUMBER}`}>{formatCount(table.rules)}</td>
                <td className={`${CELL} text-right`}>{formatBinaryBytes(table.bytes)}</td>
              </>
            )}
            <td className={`${CELL} ${NUMBER} text-ink-2`}>{formatMs(table.buildMs)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
