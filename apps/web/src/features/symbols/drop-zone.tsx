'use client';

import { type DragEvent, useRef, useState } from 'react';
import { Button } from '../../ui/button.tsx';

export interface DropZoneProps {
  readonly onFiles: (files: readonly File[]) => void;
}

/** Takes debug files that are dropped on it or chosen; each says itself what it belongs to. */
export function DropZone({ onFiles }: DropZoneProps) {
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const drag = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <section
      aria-label="Upload debug files"
      className={`flex flex-wrap items-center gap-x-4 gap-y-2 rounded-xl border border-dashed px-5 py-4 transition-colors ${over ? 'border-accent bg-accent-soft' : 'border-line-strong bg-panel'}`}
      onDragEnter={drag}
      onDragOver={drag}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFiles([...event.dataTransfer.files]);
      }}
    >
      <div className="min-w-0 flex-1 basis-80">
        <p className="font-medium">Drop missing debug files here</p>
        <p className="text-[12px] text-ink-2">
          The program before it was stripped, or its .debug file; its build ID says what it belongs to. From CI:{' '}
          <code className="rounded bg-chip px-1 py-0.5 font-mono text-[11px] text-ink">
            strata debuginfo upload FILE…
          </code>
        </p>
      </div>
      <input
        ref={input}
        type="file"
        multiple
        aria-label="Debug files"
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
      <Button onClick={() => input.current?.click()}>Choose files …</Button>
    </section>
  );
}
