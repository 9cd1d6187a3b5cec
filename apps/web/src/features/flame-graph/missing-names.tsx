/** Says whose frames show as addresses, and that this may pass. */
export function MissingNames({ files }: { readonly files: readonly { readonly file: string }[] }) {
  if (files.length === 0) return null;
  const names = [...new Set(files.map(({ file }) => file.slice(file.lastIndexOf('/') + 1)))];
  return (
    <span
      className="truncate max-md:hidden"
      title={`${names.join(', ')}\n\nTheir symbols have not come yet, or the files have none. Frames show as addresses meanwhile.`}
    >
      No symbols yet for <b className="font-medium text-ink">{names[0]}</b>
      {names.length > 1 && ` and ${names.length - 1} more`}
    </span>
  );
}
