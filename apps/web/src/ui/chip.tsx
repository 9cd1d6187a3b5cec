import type { ReactNode } from 'react';

export interface ChipProps {
  /** Grey, before the value. */
  readonly name?: string;
  readonly children: ReactNode;
  /** With it the chip has a button that takes it away. */
  readonly onRemove?: () => void;
}

/** A filter in words: `version 2.41.0 ×`. */
export function Chip({ name, children, onRemove }: ChipProps) {
  return (
    <span className="inline-flex h-7 max-w-80 items-center gap-1.5 rounded-md bg-chip px-2 text-[12px] whitespace-nowrap">
      {name !== undefined && <span className="text-ink-2">{name}</span>}
      <span className="truncate font-medium">{children}</span>
      {onRemove !== undefined && (
        <button
          type="button"
          aria-label={`Remove the filter ${name ?? ''} ${typeof children === 'string' ? children : ''}`}
          className="-mr-1 grid size-5 place-items-center rounded text-ink-3 hover:bg-line hover:text-ink"
          onClick={onRemove}
        >
          ×
        </button>
      )}
    </span>
  );
}
