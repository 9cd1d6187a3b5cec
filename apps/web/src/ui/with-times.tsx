import { Fragment } from 'react';

const TIME = /(\d{4}-\d{2}-\d{2} \d{2}:\d{2}(?::\d{2})? UTC)/;

/** A sentence whose points in time are not broken over lines. */
export function WithTimes({ children }: { readonly children: string }) {
  return children.split(TIME).map((part, i) =>
    TIME.test(part) ? (
      <time key={part} className="whitespace-nowrap">
        {part}
      </time>
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts have no other identity, and stay where they are
      <Fragment key={i}>{part}</Fragment>
    ),
  );
}
