import { WebError } from '../errors.ts';
import { SOURCE_BYTES_MOST, type SourceFile, tooLarge } from './source-file.ts';
import { partsOfPath } from './source-path.ts';

const TIMEOUT_MS = 5_000;

/** The template with a file and a version in it; `null` for a path that no address can have. */
export function sourceAddress(template: string, path: string, version: string): string | null {
  const parts = partsOfPath(path);
  if (parts === null) return null;
  return template
    .replaceAll('{file}', parts.map(encodeURIComponent).join('/'))
    .replaceAll('{version}', encodeURIComponent(version));
}

/** Fetches a file by the template that Strata was started with. `null` when the server has none. Throws WebError. */
export async function readFromUrl(template: string, path: string, version: string): Promise<SourceFile | null> {
  const address = sourceAddress(template, path, version);
  if (address === null) return null;
  const { host } = new URL(address);
  const unavailable = (reason: string, cause?: unknown) =>
    new WebError('SOURCE_UNAVAILABLE', `${host} did not give the source of ${path}: ${reason}.`, { cause });
  // A redirect could lead to what only this machine may reach.
  const response = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(
    (cause) => {
      throw unavailable(
        cause instanceof Error && cause.name === 'TimeoutError' ? 'no answer in 5 s' : 'no connection',
        cause,
      );
    },
  );
  if (response.status === 404) return null;
  if (!response.ok || response.body === null) throw unavailable(`it answered with status ${response.status}`);
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body) {
    bytes += chunk.length;
    if (bytes > SOURCE_BYTES_MOST) throw tooLarge(path);
    chunks.push(chunk);
  }
  return { path: address, text: Buffer.concat(chunks).toString('utf8') };
}
