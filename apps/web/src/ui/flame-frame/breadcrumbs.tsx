import { type NamedTree, nameOf } from '@strata/profile';
import { useLayoutEffect, useRef } from 'react';
import { formatShare } from '../amount.ts';
import { lastComponent, withoutArguments } from '../flame-canvas/label-fit.ts';

const SHOWN_AT_END = 3;

export interface BreadcrumbsProps {
  readonly tree: NamedTree;
  readonly zoom: number;
  readonly onZoom: (node: number) => void;
}

/**
 * The way from "all" to the zoomed frame; each step goes back to itself. Long ways are shortened in the middle, and where
 * that is still too long the end is what one sees, the rest scrolls.
 */
export function Breadcrumbs({ tree, zoom, onZoom }: BreadcrumbsProps) {
  const path: number[] = [];
  for (let at = zoom; at >= 0; at = tree.parent[at]!) path.unshift(at);
  const hidden = path.length > SHOWN_AT_END + 2 ? path.slice(2, -SHOWN_AT_END) : [];
  const shown = hidden.length === 0 ? path : [...path.slice(0, 2), -1, ...path.slice(-SHOWN_AT_END)];
  const steps = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    if (zoom >= 0) steps.current!.scrollLeft = steps.current!.scrollWidth;
  }, [zoom]);
  return (
    <nav
      aria-label="Zoom"
      className={`flex h-6 min-w-0 items-center gap-1.5 text-[12px] whitespace-nowrap ${zoom > 0 ? '' : 'max-sm:hidden'}`}
    >
      <ol ref={steps} className="flex min-w-0 items-center gap-1 overflow-x-auto [scrollbar-width:none]">
        {shown.map((node, i) => (
          <li key={node} className="flex shrink-0 items-center gap-1">
            {i > 0 && (
              <span aria-hidden="true" className="text-ink-3">
                ›
              </span>
            )}
            {node === -1 ? (
              <span className="text-ink-3" title={hidden.map((at) => nameOf(tree, at)).join('\n')}>
                {hidden.length} more
              </span>
            ) : node === zoom ? (
              <span
                className="max-w-100 truncate font-medium text-ink max-sm:max-w-48"
                aria-current="true"
                title={nameOf(tree, node)}
              >
                {withoutArguments(nameOf(tree, node))}
              </span>
            ) : (
              <button
                type="button"
                title={nameOf(tree, node)}
                className="max-w-56 truncate rounded px-0.5 max-sm:max-w-32 text-ink-2 hover:text-ink hover:underline focus-visible:outline-2 focus-visible:outline-accent"
                onClick={() => onZoom(node)}
              >
                {lastComponent(nameOf(tree, node))}
              </button>
            )}
          </li>
        ))}
      </ol>
      {zoom > 0 && (
        <>
          <span className="shrink-0 text-ink-2 tabular-nums">
            <span className="max-sm:hidden">— </span>
            {formatShare(tree.width[zoom]! / tree.width[0]!)} of all
          </span>
          <button
            type="button"
            className="shrink-0 rounded-md bg-chip px-1.5 py-0.5 text-ink-2 hover:text-ink focus-visible:outline-2 focus-visible:outline-accent"
            onClick={() => onZoom(0)}
          >
            <span className="max-sm:sr-only">Show all</span> <span aria-hidden="true">×</span>
          </button>
        </>
      )}
    </nav>
  );
}
