/** A file some of whose frames have no names, and show as the file's own. */
export interface UnresolvedFile {
  readonly buildId: string;
  /** As the process saw it. */
  readonly file: string;
  readonly frames: number;
  /** `NO_INDEX`: its symbols have not arrived yet; `NO_NAME`: they do not cover these addresses; else an error's code. */
  readonly reason: string;
  /** One sentence. */
  readonly message: string;
}

/** What a profile covers; travels with its columns, also in a snapshot. */
export interface ProfileMeta {
  readonly service: string;
  readonly type: string;
  /** Unit of the values, such as `nanoseconds`. */
  readonly unit: string;
  /** Unix seconds, absolute whatever was asked. */
  readonly from: number;
  readonly to: number;
  /** How much of the range has gone by since the first sample of all: cores are value / 1e9 / seconds. */
  readonly seconds: number;
  readonly versions: readonly string[];
  /** `name:value`. */
  readonly labels: readonly string[];
  readonly samples: number;
  readonly instances: number;
  /** In the unit. */
  readonly total: number;
  readonly unresolved: readonly UnresolvedFile[];
}

export interface DiffMeta {
  readonly unit: string;
  readonly a: ProfileMeta;
  readonly b: ProfileMeta;
}
