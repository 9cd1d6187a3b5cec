import { close, constants, open } from 'node:fs';
import { Socket } from 'node:net';
import { promisify } from 'node:util';

// Plain descriptors: a FileHandle closes its own when it is collected, under the socket that uses it.
const openFile = promisify(open);
const closeFile = promisify(close);

/** The reading end of a named pipe. */
export interface ReadingEnd {
  /** What the engine writes, until `end` was called and all before it was read. */
  readonly rows: Socket;
  /** Call it once, when nothing writes any more. */
  end(): Promise<void>;
}

/**
 * Opens a named pipe to read from, before the engine opens it to write. The engine may open it late, more than once (after
 * an error in the format itself) or not at all: that nobody has it open to write says nothing about the end, so a writer
 * of our own keeps it from ending.
 */
export async function openToRead(path: string): Promise<ReadingEnd> {
  const reader = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const keeper = await openFile(path, constants.O_WRONLY | constants.O_NONBLOCK);
  return { rows: socketOf(reader, 'readable'), end: () => closeFile(keeper) };
}

/**
 * Opens a named pipe to write to, once the engine has opened it to read while it runs `query`: were it opened earlier, all
 * rows could be written and this end closed before the engine looks. `null` when the query ended first.
 */
export async function openToWrite(path: string, query: Promise<unknown>): Promise<Socket | null> {
  let met = false;
  let ended = false;
  const opening = openFile(path, constants.O_WRONLY).finally(() => {
    met = true;
  });
  // The open waits for a reader, on a thread of the pool: when the engine will be none, we are.
  const release = async () => {
    ended = true;
    if (met) return;
    const reader = await openFile(path, constants.O_RDONLY | constants.O_NONBLOCK);
    await opening;
    await closeFile(reader);
  };
  const released = query.then(release, release);
  const descriptor = await opening;
  if (!ended) return socketOf(descriptor, 'writable');
  // Both before the pipe serves another query: what is still open would stand for that query's other end.
  await closeFile(descriptor);
  await released;
  return null;
}

/** A socket reads and writes a pipe without holding a thread while it waits. */
function socketOf(descriptor: number, end: 'readable' | 'writable'): Socket {
  const socket = new Socket({ fd: descriptor, readable: false, writable: false, [end]: true });
  socket.on('error', () => {});
  return socket;
}
