export * from './api.ts';
export { type IndexStamp, stampIndexes } from './index-stamp.ts';
export { openIndexStore } from './index-store.ts';
export { limitProcess, limitProcessorTime } from './limit-process.ts';
export { type NamedFrames, nameFrames, type UnresolvedBinary } from './name-frames.ts';
export { builderVersion } from './native.ts';
export { openIndex } from './open-index.ts';
export { buildIndex, describeElf, loadJitDump, loadKernelSymbols, loadPerfMap } from './read-files.ts';
export { SYMBOLIZER_ERROR_CODES, SymbolizerError, type SymbolizerErrorCode } from './symbolizer-error.ts';
