import type { StackProfile } from '@strata/profile';
import type { Selection } from '@strata/storage';
import { writeLabels } from '../address/label.ts';
import type { ProfileMeta } from './answer-meta.ts';
import { WebError } from './errors.ts';
import type { Parts } from './parts.ts';

/** The sum of a selection, with what is to be said of it. */
export interface ReadProfile {
  readonly profile: StackProfile;
  readonly meta: Omit<ProfileMeta, 'unresolved'>;
}

/** Sums a selection. Throws WebError NO_SAMPLES or UNKNOWN_SERVICE, saying why, when nothing is in it. */
export async function readProfile(parts: Parts, selection: Selection, signal?: AbortSignal): Promise<ReadProfile> {
  const now = Date.now() / 1000;
  const { profile, samples, instances, recordedSince } = await parts.storage.sumStacks(selection, signal);
  if (samples === 0) throw await whyEmpty(parts, selection);
  return {
    profile,
    meta: {
      service: selection.service,
      type: profile.profileType.name,
      unit: profile.profileType.unit,
      from: selection.from,
      to: selection.to,
      seconds: Math.max(1, Math.min(selection.to, now) - Math.max(selection.from, recordedSince ?? 0)),
      versions: selection.versions,
      labels: writeLabels(selection.labels),
      samples,
      instances,
      total: profile.value.reduce((sum, value) => sum + value, 0),
    },
  };
}

/** The sentence for an empty selection: wrong name, wrong type, filters, or no samples at that time. */
async function whyEmpty(parts: Parts, selection: Selection): Promise<WebError> {
  const { service, profileType } = selection;
  const detail = await parts.storage.describeService(selection);
  if (detail === null || detail.lastSample === null)
    return new WebError('UNKNOWN_SERVICE', `No service named ${service} has sent samples.`);
  const types = detail.profileTypes.map(({ name }) => name);
  if (!types.includes(profileType))
    return new WebError('UNKNOWN_TYPE', `${service} has no profile type ${profileType}; it has ${types.join(', ')}.`);
  const last = new Date(detail.lastSample * 1000).toISOString().slice(0, 16).replace('T', ' ');
  const filtered = selection.versions.length > 0 || selection.labels.length > 0;
  const silent = (await parts.storage.listAgents()).find(({ state }) => state === 'unavailable');
  return new WebError(
    'NO_SAMPLES',
    `${service} has no ${profileType} samples in this range${filtered ? ' with these filters' : ''}; its last sample is of ${last} UTC.${
      silent === undefined ? '' : ` The agent on ${silent.host} is not sampling. ${silent.reason}`
    }`,
  );
}
