'use client';

import { type ReactNode, useState } from 'react';

export interface InspectorPanelProps {
  /** Whether a frame is selected; below the width of a tablet the panel is a sheet that is there only then. */
  readonly open: boolean;
  /** Stands in the closed sheet. */
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** 340 px beside the graph; on a phone a sheet at the bottom that opens upward and leaves the graph usable. */
export function InspectorPanel({ open, title, onClose, children }: InspectorPanelProps) {
  const [tall, setTall] = useState(false);
  return (
    <aside
      aria-label="Selected frame"
      className={`border-line bg-panel lg:w-[340px] lg:shrink-0 lg:overflow-y-auto lg:border-l max-lg:fixed max-lg:inset-x-0 max-lg:bottom-0 max-lg:z-30 max-lg:rounded-t-xl max-lg:border-t max-lg:shadow-float ${open ? '' : 'max-lg:hidden'}`}
    >
      <div className="flex h-12 items-center gap-2 pr-2 pl-4 lg:hidden">
        <button
          type="button"
          aria-expanded={tall}
          className="min-w-0 flex-1 truncate text-left font-mono text-[13px] font-medium focus-visible:outline-2 focus-visible:outline-accent"
          onClick={() => setTall(!tall)}
        >
          <span aria-hidden="true" className="mr-2 text-ink-2">
            {tall ? '▾' : '▴'}
          </span>
          {title}
        </button>
        <button
          type="button"
          aria-label="Close"
          className="grid size-10 place-items-center rounded-lg text-ink-2 hover:bg-chip focus-visible:outline-2 focus-visible:outline-accent"
          onClick={onClose}
        >
          ×
        </button>
      </div>
      <div
        className={`max-lg:overflow-y-auto max-lg:transition-[max-height] max-lg:duration-150 max-lg:ease-out motion-reduce:transition-none ${tall ? 'max-lg:max-h-[60vh]' : 'max-lg:max-h-0'}`}
      >
        {children}
      </div>
    </aside>
  );
}
