import type { inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from '../../server/router.ts';

type Outputs = inferRouterOutputs<AppRouter>;

export type ServiceRow = Outputs['services']['list']['services'][number];
export type AgentList = Outputs['agents']['list'];

/** The version that came last, and when; `null` where no version is known. */
export function lastDeploy(row: ServiceRow): ServiceRow['versions'][number] | null {
  return row.versions.reduce<ServiceRow['versions'][number] | null>(
    (last, version) => (last === null || version.firstSeen > last.firstSeen ? version : last),
    null,
  );
}
