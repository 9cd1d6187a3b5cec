export { type ClaimedBuildId, candidatesOf, claimText, parseClaim } from './claimed-build-id.ts';
export { DEBUG_FILE_ERROR_CODES, DebugFileError, type DebugFileErrorCode } from './debug-file-error.ts';
export { DebugFiles, type DebugFilesOptions } from './debug-files.ts';
export { compareKinds, DEBUG_KINDS, type DebugKind } from './elf/debug-kind.ts';
export * from './generated/debuginfo_pb.js';
export { CODE_HEADER, KIND_HEADER, OFFSET_HEADER } from './headers.ts';
export type { UploadRequest as NewUpload } from './incoming/session.ts';
export type { DebugFileOutcome, DebugFileRecord, IndexTicket } from './records.ts';
export type { KeptFile, Offer } from './store.ts';
