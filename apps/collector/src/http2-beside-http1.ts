import type { RequestListener, Server } from 'node:http';
import { createServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** The first bytes of a connection that speaks HTTP/2 from the start (RFC 9113, 3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** A connection that says nothing at first is given up. */
const SILENT_MS = 60_000;
/** What a sender may have on its way: the standard, 64 KiB, makes a fast line over a long way slow. */
const WINDOW_BYTES = 1 << 20;
const STREAMS_MOST = 64;
/** What is being answered when it closes may end; an upload goes on another time. */
const FINISH_MS = 1_500;

export type Http2Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

/**
 * Lets a server of HTTP/1.1 without TLS answer HTTP/2 on the same port, as gRPC clients speak it there: Node's own servers do
 * one or the other. Resolves what it returns when all of HTTP/2 is closed; call it before the server is closed.
 */
export function addHttp2(server: Server, listener: Http2Listener): () => Promise<void> {
  const http1 = server.listeners('connection') as ((socket: Socket) => void)[];
  const http2 = createServer({ settings: { initialWindowSize: WINDOW_BYTES, maxConcurrentStreams: STREAMS_MOST } });
  const undecided = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  const sockets = new Set<Socket>();

  http2.on('request', listener as unknown as RequestListener & Http2Listener);
  http2.on('session', (session) => {
    sessions.add(session);
    session.setLocalWindowSize(4 * WINDOW_BYTES);
    session.once('close', () => sessions.delete(session));
  });
  // A session ends with its connection; whoever was using it hears of that by its own streams.
  http2.on('sessionError', () => undefined);

  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    undecided.add(socket);
    const giveUp = () => socket.destroy();
    const forget = () => undecided.delete(socket);
    socket.setTimeout(SILENT_MS, giveUp);
    socket.once('error', giveUp);
    socket.once('close', forget);
    let seen = Buffer.alloc(0);
    const look = () => {
      const piece = socket.read() as Buffer | null;
      if (piece !== null) seen = Buffer.concat([seen, piece]);
      const compared = Math.min(seen.length, PREFACE.length);
      const isHttp2 = seen.subarray(0, compared).equals(PREFACE.subarray(0, compared));
      // A connection that closes becomes readable as well, with nothing to read.
      if (isHttp2 && compared < PREFACE.length) return void (socket.readableEnded || socket.once('readable', look));
      socket.setTimeout(0, giveUp);
      socket.off('error', giveUp);
      socket.off('close', forget);
      forget();
      socket.unshift(seen);
      if (isHttp2) {
        sockets.add(socket);
        socket.once('close', () => sockets.delete(socket));
        http2.emit('connection', socket);
      } else for (const take of http1) take.call(server, socket);
    };
    socket.once('readable', look);
  });

  return async () => {
    for (const socket of undecided) socket.destroy();
    const closed = [...sessions].map(
      (session) => new Promise<void>((resolve) => session.once('close', () => resolve())),
    );
    for (const session of sessions) session.close();
    // Destroying a session that was closed waits for the other side to close as well, which it need not do.
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, FINISH_MS);
    await Promise.all(closed);
    clearTimeout(timer);
  };
}
