import type { Selection, Storage } from '@strata/storage';
import { WebError } from './errors.ts';

/**
 * Refuses names the service does not have: a file made for an unknown type, version or label would be empty, and its reader
 * would not learn why. Throws WebError.
 */
export async function checkKnown(storage: Pick<Storage, 'describeService'>, selection: Selection): Promise<void> {
  const { service, profileType } = selection;
  const detail = await storage.describeService({ ...selection, versions: [], labels: [] });
  if (detail === null) throw new WebError('UNKNOWN_SERVICE', `No service named ${service} has sent samples.`);
  const types = detail.profileTypes.map(({ name }) => name);
  if (!types.includes(profileType))
    throw new WebError('UNKNOWN_TYPE', `${service} has no profile type ${profileType}; it has ${types.join(', ')}.`);
  const versions = detail.versions.map(({ version }) => version);
  for (const version of selection.versions)
    if (!versions.includes(version))
      throw new WebError('UNKNOWN_VERSION', `${service} has no version ${version}; it has ${few(versions)}.`);
  const labels = detail.labels.map(({ name }) => name);
  // No label at all means no samples in the range, and that is another sentence.
  if (labels.length === 0) return;
  for (const { name } of selection.labels)
    if (!labels.includes(name))
      throw new WebError('UNKNOWN_LABEL', `${service} has no label ${name} in this range; it has ${few(labels)}.`);
}

const SHOWN = 12;

function few(names: readonly string[]): string {
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
