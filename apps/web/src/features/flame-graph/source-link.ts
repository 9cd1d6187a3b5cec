/** How a line of a source file becomes an address of a repository; the reader's own, per service. */
export interface SourceLink {
  /** `https://git.example/{file}#L{line}`; `{version}` too. Empty for none. */
  readonly template: string;
  /** Begin of paths that the repository does not have, such as `/build/`. */
  readonly prefix: string;
}

export const NO_LINK: SourceLink = { template: '', prefix: '' };

/** What is wrong with a template, in one sentence; `''` when nothing is. */
export function problemOf(template: string): string {
  if (template === '') return '';
  const url = URL.parse(template.replaceAll(/\{\w+\}/g, 'x'));
  if (url === null || !/^https?:$/.test(url.protocol)) return 'A link begins with https:// or http://.';
  if (!template.includes('{file}')) return 'A link needs {file}, where the path of the file goes.';
  const unknown = /\{(?!(?:file|line|version)\})\w*\}/.exec(template)?.[0];
  return unknown === undefined ? '' : `${unknown} is not known; known are {file}, {line} and {version}.`;
}

/** Address of a line; `null` without a usable template. Without a version it is of what repositories call HEAD. */
export function linkTo(link: SourceLink, file: string, line: number, version: string): string | null {
  if (link.template === '' || problemOf(link.template) !== '') return null;
  const path = link.prefix !== '' && file.startsWith(link.prefix) ? file.slice(link.prefix.length) : file;
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return link.template
    .replaceAll('{file}', parts.map(encodeURIComponent).join('/'))
    .replaceAll('{line}', String(line))
    .replaceAll('{version}', encodeURIComponent(version || 'HEAD'));
}

const keyOf = (service: string) => `strata.source-link.${service}`;

/** As kept in this browser. */
export function readLink(service: string): SourceLink {
  try {
    const { template, prefix } = JSON.parse(localStorage.getItem(keyOf(service)) ?? '{}') as Partial<SourceLink>;
    return { template: String(template ?? ''), prefix: String(prefix ?? '') };
  } catch {
    // Kept by another version, or not allowed to be kept at all: then there is none.
    return NO_LINK;
  }
}

/** Says whether the browser keeps it. */
export function writeLink(service: string, link: SourceLink): boolean {
  try {
    if (link.template === '') localStorage.removeItem(keyOf(service));
    else localStorage.setItem(keyOf(service), JSON.stringify(link));
    return true;
  } catch {
    return false;
  }
}
