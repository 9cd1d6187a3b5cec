import { mkdirSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { SettingsError } from '@strata/settings';

/**
 * Takes the folder for this process until it ends, however it ends; throws SettingsError when another has it. The engine
 * itself would let two processes write to one folder.
 *
 * The lock is an abstract Unix socket named after the folder's device and inode: the kernel gives it to one process and
 * takes it back when that process is gone, so nothing is left behind after `kill -9`. It tells who asks its process's id.
 */
export async function lockFolder(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { dev, ino } = statSync(folder);
  const name = `\0strata-clickhouse-${dev}-${ino}`;
  const server = createServer((socket) => socket.on('error', () => {}).end(String(process.pid)));
  const taken = await new Promise<boolean>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(true) : reject(error),
    );
    server.listen(name, () => resolve(false));
  });
  server.unref();
  if (!taken) return;
  throw new SettingsError(
    `The data folder ${folder} is in use by ${await ownerOf(name)}: stop it, or use another folder by STRATA_DATA.`,
  );
}

async function ownerOf(name: string): Promise<string> {
  const pid = await new Promise<string>((resolve) => {
    let text = '';
    const socket = connect(name);
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
  return pid === '' ? 'another process' : `process ${pid}`;
}
