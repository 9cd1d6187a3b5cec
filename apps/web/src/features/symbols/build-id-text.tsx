const TAIL = 8;

/** All of a build ID where there is room for it, else its begin and its end. */
export function BuildIdText({ buildId }: { readonly buildId: string }) {
  return (
    <span title={buildId} className="inline-flex max-w-full min-w-0 align-bottom font-mono">
      <span className="truncate">{buildId.slice(0, -TAIL)}</span>
      <span className="shrink-0">{buildId.slice(-TAIL)}</span>
    </span>
  );
}
