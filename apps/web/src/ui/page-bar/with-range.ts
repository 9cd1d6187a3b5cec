/** An address elsewhere that keeps the range one looks at. */
export function withRange(href: string, search: URLSearchParams): string {
  const kept = new URLSearchParams();
  for (const name of ['from', 'to']) {
    const value = search.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept.size > 0 ? `${href}?${kept}` : href;
}
