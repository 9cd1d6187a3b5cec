/** The last part of a path, which tells files apart, above the folder. */
export function FileName({ path }: { readonly path: string }) {
  const end = path.lastIndexOf('/') + 1;
  const folder = path.slice(0, Math.max(1, end - 1));
  return (
    <span title={path} className="block min-w-0">
      <span className="block truncate font-mono text-[12px] font-medium">{path.slice(end)}</span>
      {end > 0 && <span className="block truncate text-[11px] text-ink-3">{folder}</span>}
    </span>
  );
}
