import { close, constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

// Plain descriptors: a FileHandle closes its own when it is collected, under the socket that uses it.
const openFile = promisify(open);
const closeFile = promisify(close);

/**
 * Opens our end of a named pipe whose other end the engine opens while it runs `query`. `null` when the query ended
 * without opening it.
 *
 * Opening a pipe waits for the other end. When the query ends first, this opens the other end itself for a moment, so
 * that the thread that waits is released.
 */
export async function meetAtPipe(path: string, end: 'read' | 'write', query: Promise<unknown>): Promise<Socket | null> {
  let met = false;
  let released = false;
  const opening = openFile(path, end === 'read' ? 'r' : 'w').finally(() => {
    met = true;
  });
  const release = async () => {
    const other = (end === 'read' ? constants.O_WRONLY : constants.O_RDONLY) | constants.O_NONBLOCK;
    while (!met) {
      released = true;
      // ENXIO: our own open has not begun to wait yet.
      const descriptor = await openFile(path, other).catch(() => null);
      await sleep(1);
      if (descriptor !== null) await closeFile(descriptor);
    }
  };
  void query.then(release, release);
  const descriptor = await opening;
  if (released && end === 'write') {
    await closeFile(descriptor);
    return null;
  }
  // A socket reads and writes a pipe without holding a thread while it waits.
  const socket = new Socket({ fd: descriptor, readable: end === 'read', writable: end === 'write' });
  socket.on('error', () => {});
  return socket;
}
