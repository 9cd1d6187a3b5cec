import type { UnixSeconds } from '@strata/profile';
import type { Snapshot } from '../api.ts';
import type { Connection } from '../connection.ts';
import { RowBinaryReader, RowBinaryWriter } from '../row-binary.ts';

const COLUMNS = 'id, created_at, expires_at, title, view, columns';

export async function saveSnapshot(connection: Connection, snapshot: Snapshot): Promise<void> {
  const row = new RowBinaryWriter();
  row.string(snapshot.id);
  row.int64(BigInt(Math.round(snapshot.createdAt * 1000)));
  row.int64(BigInt(Math.round(snapshot.expiresAt * 1000)));
  row.string(snapshot.title);
  row.string(snapshot.view);
  row.string(snapshot.columns);
  row.endRow();
  await connection.insert('snapshots', COLUMNS, row, { doing: 'saving a snapshot' });
}

/** `null` when there is none, or its time is over. */
export async function readSnapshot(connection: Connection, id: string): Promise<Snapshot | null> {
  const bytes = await connection.bytes(
    `SELECT toFloat64(created_at), toFloat64(expires_at), title, view, columns FROM ${connection.database}.snapshots
     WHERE id = {id:String} AND expires_at > now64(3) LIMIT 1`,
    { doing: 'reading a snapshot', parameters: { id } },
  );
  const row = new RowBinaryReader(bytes);
  if (row.done) return null;
  return {
    id,
    createdAt: row.float64() as UnixSeconds,
    expiresAt: row.float64() as UnixSeconds,
    title: row.string(),
    view: row.string(),
    columns: row.blob(),
  };
}
