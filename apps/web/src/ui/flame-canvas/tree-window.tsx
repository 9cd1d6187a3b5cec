import { type FlameLayout, firstChild, siblings, stepFrom } from '@strata/profile';

export interface TreeWindowProps {
  readonly layout: FlameLayout;
  readonly node: number;
  /** Outermost node one may walk to. */
  readonly top: number;
  readonly idPrefix: string;
  readonly describe: (node: number) => string;
}

/** The node, what one step leads to, and nothing else: enough for a screen reader, cheap for a million nodes. */
export function TreeWindow({ layout, node, top, idPrefix, describe }: TreeWindowProps) {
  const around = [
    stepFrom(layout, node, 'parent', top),
    stepFrom(layout, node, 'previous', top),
    node,
    firstChild(layout, node),
    stepFrom(layout, node, 'next', top),
  ];
  const shown = [...new Set(around.filter((at) => at >= 0))].sort((a, b) => a - b);
  return (
    <div className="sr-only" role="presentation">
      {shown.map((at) => {
        const row = at === top ? [at] : siblings(layout, at);
        const hasChildren = firstChild(layout, at) >= 0;
        return (
          <div
            key={at}
            id={`${idPrefix}-${at}`}
            role="treeitem"
            tabIndex={-1}
            aria-level={layout.depth[at]! - layout.depth[top]! + 1}
            aria-setsize={row.length}
            aria-posinset={row.indexOf(at) + 1}
            aria-selected={at === node}
            {...(hasChildren ? { 'aria-expanded': true } : {})}
          >
            {describe(at)}
          </div>
        );
      })}
    </div>
  );
}
