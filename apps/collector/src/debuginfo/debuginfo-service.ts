import { Code, ConnectError, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import {
  DEBUG_KINDS,
  type DebugFiles,
  type DebuginfoService,
  DebuginfoType,
  type DebugKind,
  KIND_HEADER,
  OFFSET_HEADER,
  parseClaim,
  UploadInstructions_UploadStrategy,
  type UploadRequest,
} from '@strata/debug-files';

/** Each holds one piece in memory. */
const UPLOADS_MOST = 16;

const NOT_KEPT = 'Strata keeps debug information only, neither executables to disassemble nor sources.';

/**
 * Parca's protocol for debug files. A client that knows nothing of our headers sends the whole file each time; errors are
 * DebugFileError. `received` hears of each piece.
 */
export function debuginfoService(
  files: DebugFiles,
  received: (bytes: number) => void,
): ServiceImpl<typeof DebuginfoService> {
  let uploads = 0;
  return {
    async shouldInitiateUpload({ buildId, hash, force, type }, context) {
      const claim = parseClaim(buildId);
      if (!isKept(type)) return { shouldInitiateUpload: false, reason: NOT_KEPT };
      const { wanted, reason } = await files.decide({ claim, hash, force, kind: kindOf(context) });
      return { shouldInitiateUpload: wanted, reason };
    },

    async initiateUpload({ buildId, size, hash, force, type }, context) {
      if (!isKept(type)) throw new ConnectError(NOT_KEPT, Code.InvalidArgument);
      const request = { buildId, bytes: Number(size), hash, force };
      const { uploadId, offset } = await files.begin(request, kindOf(context));
      context.responseHeader.set(OFFSET_HEADER, String(offset));
      const uploadStrategy = UploadInstructions_UploadStrategy.GRPC;
      return { uploadInstructions: { buildId, uploadId, uploadStrategy, type } };
    },

    async upload(requests, context) {
      if (uploads >= UPLOADS_MOST) {
        const message = `The collector is receiving ${uploads} other debug files; try again in a minute.`;
        throw new ConnectError(message, Code.ResourceExhausted);
      }
      uploads++;
      try {
        const all = requests[Symbol.asyncIterator]();
        const first = await all.next();
        if (first.done || first.value.data.case !== 'info') {
          throw new ConnectError('An upload must begin with its info.', Code.InvalidArgument);
        }
        const { buildId, uploadId } = first.value.data.value;
        const size = await files.write(uploadId, offsetOf(context), piecesOf(all, received));
        return { buildId, size: BigInt(size) };
      } finally {
        uploads--;
      }
    },

    async markUploadFinished({ buildId, uploadId }) {
      await files.finish(buildId, uploadId, 'upload');
      return {};
    },
  };
}

const isKept = (type: DebuginfoType) => type === DebuginfoType.DEBUGINFO_UNSPECIFIED;

function kindOf({ requestHeader }: HandlerContext): DebugKind | null {
  const said = requestHeader.get(KIND_HEADER);
  return DEBUG_KINDS.find((kind) => kind === said) ?? null;
}

function offsetOf({ requestHeader }: HandlerContext): number {
  const said = requestHeader.get(OFFSET_HEADER) ?? '0';
  if (/^\d{1,15}$/.test(said)) return Number(said);
  throw new ConnectError(`The header ${OFFSET_HEADER} is no number of bytes.`, Code.InvalidArgument);
}

async function* piecesOf(requests: AsyncIterator<UploadRequest>, received: (bytes: number) => void) {
  for (let next = await requests.next(); !next.done; next = await requests.next()) {
    const { data } = next.value;
    if (data.case !== 'chunkData') throw new ConnectError('The info of an upload came twice.', Code.InvalidArgument);
    received(data.value.length);
    yield data.value;
  }
}
