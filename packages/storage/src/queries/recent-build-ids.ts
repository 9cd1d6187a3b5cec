import type { BuildId } from '@strata/profile';
import type { SampledFile } from '../api.ts';
import type { Connection } from '../connection.ts';

const MOST = 10_000;

/** Frames in use are written again at least once a day (0001_create_dimensions.sql). */
export async function listRecentBuildIds(connection: Connection): Promise<readonly SampledFile[]> {
  return connection.rows<{ buildId: BuildId; file: string; frames: number }>(
    `SELECT build_id AS buildId, anyLast(file) AS file, uniq(id) AS frames
     FROM ${connection.database}.frames
     WHERE kind = 'native' AND seen > now() - INTERVAL 25 HOUR
     GROUP BY build_id ORDER BY frames DESC, build_id LIMIT ${MOST}`,
    { doing: 'listing the files that were sampled' },
  );
}
