import Link from 'next/link';
import { useSearchParams } from 'next/navigation';
import { withRange } from '../../ui/page-bar/with-range.ts';
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
    <Link
      href={withRange('/symbols', new URLSearchParams(useSearchParams()))}
      className="truncate rounded underline decoration-line-strong underline-offset-2 hover:text-ink hover:decoration-current focus-visible:outline-2 focus-visible:outline-accent"
      title={`${title} See why, and add what is missing.`}
    >
      <span className="max-md:hidden">{children} </span>
      <span className="md:hidden">No names: </span>
      <b className="font-medium text-ink">{first}</b>
      {more > 0 && ` and ${more} more`}
    </Link>
  );
}
