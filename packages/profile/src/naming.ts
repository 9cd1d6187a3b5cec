/** What frames are merged by: functions, single lines of them, source files, or binaries. */
export const GROUPS = ['function', 'line', 'file', 'binary'] as const;
export type Group = (typeof GROUPS)[number];

/** How names of C++ and Rust read: as they are, without parameters, or without parameters and template arguments. */
export const NAME_STYLES = ['full', 'no-parameters', 'no-templates'] as const;
export type NameStyle = (typeof NAME_STYLES)[number];

/** How the frames of a profile are to be named. */
export interface Naming {
  readonly by: Group;
  readonly names: NameStyle;
}

export const STANDARD_NAMING: Naming = { by: 'function', names: 'full' };
