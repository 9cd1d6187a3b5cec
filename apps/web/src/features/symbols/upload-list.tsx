import type { ReactNode } from 'react';
import { formatBytes, formatShare } from '../../ui/amount.ts';
import { BuildIdText } from './build-id-text.tsx';
import { baseName, type MissingFile } from './missing-file.ts';
import type { Upload } from './use-uploads.ts';

export interface UploadListProps {
  readonly uploads: readonly Upload[];
  readonly files: readonly MissingFile[];
  readonly onForget: (id: number) => void;
}

/** What became of each file that was dropped. */
export function UploadList({ uploads, files, onForget }: UploadListProps) {
  if (uploads.length === 0) return null;
  return (
    <ul aria-label="Uploads" className="rounded-xl border border-line bg-panel">
      {uploads.map((upload) => (
        <li
          key={upload.id}
          className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-5 py-2.5 last:border-b-0"
        >
          <span className="font-mono text-[12px] font-medium break-all">{upload.name}</span>
          <span className="text-[12px] text-ink-2 tabular-nums">{formatBytes(upload.bytes)}</span>
          <span
            role="status"
            className={`min-w-0 flex-1 basis-60 text-[12px] ${upload.state === 'refused' ? 'text-bad' : 'text-ink-2'}`}
          >
            {wordsOf(upload, files)}
          </span>
          {upload.state === 'sending' && (
            <span aria-hidden="true" className="h-1 w-40 overflow-hidden rounded-full bg-chip">
              <span
                className="block h-full bg-accent"
                style={{ width: `${(upload.sent / Math.max(upload.bytes, 1)) * 100}%` }}
              />
            </span>
          )}
          {isDone(upload) && (
            <button
              type="button"
              aria-label={`Take ${upload.name} off this list`}
              className="grid size-7 place-items-center rounded-md text-ink-2 hover:bg-chip hover:text-ink focus-visible:outline-2 focus-visible:outline-accent"
              onClick={() => onForget(upload.id)}
            >
              ×
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

const isDone = ({ state }: Upload) => state === 'kept' || state === 'unneeded' || state === 'refused';

function wordsOf(upload: Upload, files: readonly MissingFile[]): ReactNode {
  switch (upload.state) {
    case 'waiting':
      return 'Waits for the one before it.';
    case 'sending':
      return `${formatShare(upload.sent / Math.max(upload.bytes, 1))} sent`;
    case 'checking':
      return 'All of it is sent; its build ID is being read …';
    case 'unneeded':
    case 'refused':
      return upload.reason;
    case 'kept': {
      const file = files.find(({ buildId }) => buildId === upload.buildId);
      if (file === undefined)
        return (
          <>
            Kept as <BuildIdText buildId={upload.buildId} />. Nothing of it is without a name in this range.
          </>
        );
      return file.state === 'waiting'
        ? `Kept for ${baseName(file.path)}; its names appear within a minute.`
        : `Kept for ${baseName(file.path)}. ${file.reason}`;
    }
  }
}
