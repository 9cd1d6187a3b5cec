import { useCallback, useRef, useState } from 'react';
import { UNREACHABLE } from '../../ui/reach-server.ts';

/** A file on its way to the store of debug files. */
export interface Upload {
  readonly id: number;
  readonly name: string;
  readonly bytes: number;
  readonly sent: number;
  /** `unneeded`: one that is as good is kept already. */
  readonly state: 'waiting' | 'sending' | 'checking' | 'kept' | 'unneeded' | 'refused';
  /** Why it was not taken, in one sentence. */
  readonly reason: string;
  /** What it is, once it is kept. */
  readonly buildId: string;
}

interface Kept {
  readonly buildId: string;
}

interface Refusal {
  readonly code: string;
  readonly message: string;
}

/** What the server said of a body that it took, or did not. */
type Outcome = { readonly kept: Kept } | { readonly state: 'unneeded' | 'refused'; readonly reason: string };

/** Sends files one after the other. `onKept` is called after each that was taken. */
export function useUploads(onKept: () => void) {
  const [uploads, setUploads] = useState<readonly Upload[]>([]);
  const next = useRef(0);
  const last = useRef<Promise<void>>(Promise.resolve());
  const kept = useRef(onKept);
  kept.current = onKept;

  /** `buildId` is what the file must be of; without it, it is kept as what it is. */
  const send = useCallback((files: readonly File[], buildId: string | null) => {
    for (const file of files) {
      const id = next.current++;
      const change = (part: Partial<Upload>) =>
        setUploads((all) => all.map((upload) => (upload.id === id ? { ...upload, ...part } : upload)));
      const waiting = { id, name: file.name, bytes: file.size, sent: 0, reason: '', buildId: '' };
      setUploads((all) => [{ ...waiting, state: 'waiting' }, ...all]);
      last.current = last.current.then(async () => {
        change({ state: 'sending' });
        const outcome = await put(file, buildId, (sent) => {
          change(sent < file.size ? { sent } : { sent, state: 'checking' });
        });
        if ('reason' in outcome) return change(outcome);
        change({ state: 'kept', buildId: outcome.kept.buildId });
        kept.current();
      });
    }
  }, []);
  const forget = useCallback((id: number) => setUploads((all) => all.filter((upload) => upload.id !== id)), []);
  return { uploads, send, forget };
}

/** XMLHttpRequest, because fetch does not say how much has gone. */
function put(file: File, buildId: string | null, onSent: (bytes: number) => void): Promise<Outcome> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('PUT', `/api/v1/debug-files${buildId === null ? '' : `?buildId=${encodeURIComponent(buildId)}`}`);
    request.responseType = 'json';
    request.upload.onprogress = ({ loaded }) => onSent(loaded);
    request.onload = () => {
      const body = request.response as (Kept & { error?: Refusal }) | null;
      if (request.status === 201 && body !== null) resolve({ kept: body });
      else
        resolve({
          state: body?.error?.code === 'ALREADY_THERE' ? 'unneeded' : 'refused',
          reason: body?.error?.message ?? `The web server answered with status ${request.status}.`,
        });
    };
    request.onerror = () => resolve({ state: 'refused', reason: UNREACHABLE });
    request.send(file);
  });
}
