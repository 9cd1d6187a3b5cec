/** Path and query of a page's address; only the first question mark parts them. */
export function splitView(view: string): readonly [path: string, query: string] {
  const at = view.indexOf('?');
  return at < 0 ? [view, ''] : [view.slice(0, at), view.slice(at + 1)];
}
