import { GROUPS, NAME_STYLES, type Naming, STANDARD_NAMING } from '@strata/profile';
import { WebError } from './errors.ts';
import { onlyOne, type ParameterMap } from './selection.ts';

/** What of an address says how frames are named. */
export const NAMING_PARAMETERS = ['group', 'names'] as const;

/** Reads `group` and `names`. Throws WebError INVALID_PARAMETER, whose sentence lists what is known. */
export function readNaming(parameters: ParameterMap): Naming {
  const choice = <Value extends string>(name: string, values: readonly Value[], standard: Value): Value => {
    const given = onlyOne(name, parameters.get(name) ?? [standard]);
    const known = values.find((value) => value === given);
    if (known !== undefined) return known;
    throw new WebError(
      'INVALID_PARAMETER',
      `${name}=${given.slice(0, 40)} is not known; known are ${values.join(', ')}.`,
    );
  };
  return {
    by: choice('group', GROUPS, STANDARD_NAMING.by),
    names: choice('names', NAME_STYLES, STANDARD_NAMING.names),
  };
}

/** Equal for equal namings. */
export const writeNaming = ({ by, names }: Naming) => `group=${by}&names=${names}`;
