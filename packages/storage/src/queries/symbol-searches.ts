import type { BuildId, UnixSeconds } from '@strata/profile';
import type { SymbolSearch } from '../api.ts';
import type { Connection } from '../connection.ts';
import { RowBinaryWriter } from '../row-binary.ts';

const COLUMNS = 'build_id, place, found, reason, looked_at, time';

export async function noteSymbolSearch(connection: Connection, search: SymbolSearch): Promise<void> {
  const row = new RowBinaryWriter();
  row.string(search.buildId);
  row.string(search.place);
  row.uint8(search.found ? 1 : 0);
  row.string(search.reason);
  row.strings(search.lookedAt);
  row.int64(BigInt(Math.round(search.time * 1000)));
  row.endRow();
  await connection.insert('symbol_searches', COLUMNS, row, { doing: 'noting where symbols were looked for' });
}

/** The latest of each place, for those of the build IDs that were looked for. */
export async function listSymbolSearches(
  connection: Connection,
  buildIds: readonly BuildId[],
): Promise<readonly SymbolSearch[]> {
  const rows = await connection.rows<SymbolSearch & { time: number }>(
    `SELECT build_id AS buildId, place, found, reason, looked_at AS lookedAt, toFloat64(symbol_searches.time) AS time
     FROM ${connection.database}.symbol_searches
     WHERE build_id IN {buildIds:Array(String)}
     ORDER BY build_id, place, symbol_searches.time DESC LIMIT 1 BY build_id, place`,
    { doing: 'reading where symbols were looked for', parameters: { buildIds } },
  );
  return rows.map((row) => ({ ...row, time: row.time as UnixSeconds }));
}
