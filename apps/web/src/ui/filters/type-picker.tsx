'use client';

import { Flyout } from '../flyout.tsx';

export interface TypePickerProps {
  readonly type: string;
  /** Names of the profile types there are. */
  readonly types: readonly string[];
  readonly onType: (type: string) => void;
}

/** The profile type as a chip that opens the others. */
export function TypePicker({ type, types, onType }: TypePickerProps) {
  return (
    <Flyout
      label={`Profile type: ${typeWord(type)}`}
      buttonClass="flex h-7 items-center gap-1.5 rounded-lg bg-chip px-2.5 text-[12px] whitespace-nowrap hover:bg-line focus-visible:outline-2 focus-visible:outline-accent"
      trigger={
        <>
          <span className="text-ink-2">type</span>
          <span className="font-medium">{typeWord(type)}</span>
          <span aria-hidden="true" className="text-[9px] text-ink-2">
            ▼
          </span>
        </>
      }
    >
      {(close) => (
        <ul className="min-w-44 p-1">
          {types.map((name) => (
            <li key={name}>
              <button
                type="button"
                aria-current={name === type ? 'true' : undefined}
                className="w-full rounded-md px-3 py-1.5 text-left hover:bg-chip aria-[current]:font-medium aria-[current]:text-accent"
                onClick={() => {
                  onType(name);
                  close();
                }}
              >
                {typeWord(name)}
              </button>
            </li>
          ))}
        </ul>
      )}
    </Flyout>
  );
}

/** `cpu` → `CPU`, `alloc_space` → `Alloc space`. */
export function typeWord(type: string): string {
  if (type === 'cpu') return 'CPU';
  const words = type.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
