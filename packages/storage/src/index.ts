export * from './api.ts';
export { StorageError, type StorageErrorCode } from './errors.ts';
export { openStorage, type StorageOptions } from './open-storage.ts';
export { FIXED_LABELS } from './queries/selection-conditions.ts';
