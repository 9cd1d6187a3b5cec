import { constants, type FileHandle, open } from 'node:fs/promises';
import { DebugFileError } from '../debug-file-error.ts';

/** Opens a file to read. What another process put at the path may be a pipe, which must not block us, or a device. */
export async function openRegular(path: string): Promise<FileHandle> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if ((await file.stat()).isFile()) return file;
  } catch (error) {
    await file.close();
    throw error;
  }
  await file.close();
  throw new DebugFileError('NOT_ELF', 'It is not a regular file.');
}
