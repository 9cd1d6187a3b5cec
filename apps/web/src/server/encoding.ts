import { promisify } from 'node:util';
import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';

type Bytes = Uint8Array<ArrayBuffer>;

const LEAST_BYTES = 1_024;

/** In order of preference: smallest first among those quick enough to make while someone waits. */
const ENCODINGS = [
  {
    name: 'zstd',
    compress: (bytes: Bytes) => promisify(zstdCompress)(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 6 } }),
  },
  {
    name: 'br',
    compress: (bytes: Bytes) => promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  },
  { name: 'gzip', compress: (bytes: Bytes) => promisify(gzip)(bytes, { level: 6 }) },
] as const;

/** Names in an Accept-Encoding header that are not refused by `q=0`. RFC 9110, 12.5.3. */
function acceptedEncodings(header: string | null): ReadonlySet<string> {
  const names = (header ?? '').split(',').map((part) =>
    part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/),
  );
  return new Set(names.filter(([, quality]) => !/^q=0(\.0*)?$/.test(quality ?? '')).map(([name]) => name!));
}

/** Memory of what was compressed already: an answer is compressed once for all who ask for it. */
const compressed = new WeakMap<Bytes, Map<string, Promise<Buffer>>>();

/** The body as the asker takes it: compressed where that is worth it, with the name of how. */
export async function encodeBody(
  bytes: Bytes,
  acceptEncoding: string | null,
): Promise<{ readonly body: Bytes; readonly encoding: string | null }> {
  const accepted = acceptedEncodings(acceptEncoding);
  const encoding = ENCODINGS.find(({ name }) => accepted.has(name));
  if (encoding === undefined || bytes.length < LEAST_BYTES) return { body: bytes, encoding: null };
  const known = compressed.get(bytes) ?? new Map<string, Promise<Buffer>>();
  compressed.set(bytes, known);
  const compressing = known.get(encoding.name) ?? encoding.compress(bytes);
  known.set(encoding.name, compressing);
  const body = (await compressing) as Buffer<ArrayBuffer>;
  return { body, encoding: encoding.name };
}
