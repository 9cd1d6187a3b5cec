/** An address elsewhere that keeps the range one looks at, and of a service also how its frames are named. */
export function withRange(href: string, search: URLSearchParams): string {
  const kept = new URLSearchParams();
  for (const name of href.startsWith('/s/') ? ['from', 'to', 'group', 'names'] : ['from', 'to']) {
    const value = search.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept.size > 0 ? `${href}?${kept}` : href;
}
