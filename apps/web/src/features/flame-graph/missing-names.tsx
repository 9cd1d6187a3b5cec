import type { UnresolvedFile } from './profile-columns.ts';
import { sortUnnamed } from './unnamed-frames.ts';

/** In the foot: whose frames show as `[FILE]`, and whether that may pass. */
export function MissingNames({ files }: { readonly files: readonly UnresolvedFile[] }) {
  const { waiting, nameless } = sortUnnamed(files);
  if (waiting.length > 0)
    return (
      <Words
        title={`No symbols have come yet for ${waiting.join(', ')}.`}
        first={waiting[0]!}
        more={waiting.length - 1}
      >
        No symbols yet for
      </Words>
    );
  if (nameless.length > 0)
    return (
      <Words
        title={`The symbols of these files do not name every address that was sampled: ${nameless.join(', ')}.`}
        first={nameless[0]!}
        more={nameless.length - 1}
      >
        Addresses without a name in
      </Words>
    );
  return null;
}

interface WordsProps {
  readonly title: string;
  readonly first: string;
  readonly more: number;
  readonly children: string;
}

function Words({ title, first, more, children }: WordsProps) {
  return (
    <span className="truncate max-md:hidden" title={title}>
      {children} <b className="font-medium text-ink">{first}</b>
      {more > 0 && ` and ${more} more`}
    </span>
  );
}
