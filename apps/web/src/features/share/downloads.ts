const FORMATS = ['pprof', 'folded', 'json'] as const;
/** What of a page's address names samples; the rest is how they are looked at. */
const SELECTION = ['from', 'to', 'version', 'label'];
/** What both sides of a comparison have in common. */
const COMMON = ['type', 'group', 'names'];

/** One profile, in every format. */
export interface Download {
  readonly name: string;
  readonly links: readonly { readonly format: string; readonly href: string }[];
}

/** Links to the samples a page shows: one profile, or both sides of a comparison. */
export function downloadsOf(service: string, compared: boolean, search: URLSearchParams): Download[] {
  if (!compared) return [download('This profile', service, search, '')];
  return [download('Side A', service, search, '.a'), download('Side B', service, search, '.b')];
}

function download(name: string, service: string, search: URLSearchParams, end: string): Download {
  const query = new URLSearchParams({ service });
  for (const parameter of COMMON) for (const value of search.getAll(parameter)) query.append(parameter, value);
  for (const parameter of SELECTION)
    for (const value of search.getAll(`${parameter}${end}`)) query.append(parameter, value);
  return { name, links: FORMATS.map((format) => ({ format, href: `/api/v1/export?${query}&format=${format}` })) };
}
