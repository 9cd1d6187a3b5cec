export { ByteRate } from './byte-rate.ts';
export { UploadError, Uploader, type Uploading, type UploadOutcome } from './uploader.ts';
