export { DebugFileError } from '../debug-file-error.ts';
export {
  bestKind,
  compareKinds,
  DEBUG_KINDS,
  type DebugContent,
  type DebugKind,
  readDebugContent,
} from './debug-kind.ts';
export { type DebugPointers, readDebugPointers } from './debug-link.ts';
