import { CollectorError } from './collector-error.ts';

const NESTING_MOST = 8;
const CONTAINERS_MOST = 1 << 20;
const KEYS_MOST = 2 << 20;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/**
 * Parses JSON that cannot be much larger in memory than it is as text: `[` is one byte, and an array fifty. Throws
 * CollectorError `BAD_JSON`.
 */
export function readJson(body: Buffer): unknown {
  checkShape(body);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (cause) {
    // The engine's message quotes the body, which may be long and is the sender's own.
    const reason = (cause as Error).message.replace(/,? "[\s\S]*$/, '').slice(0, 120);
    throw new CollectorError('BAD_JSON', `The body is not JSON: ${reason}.`, { cause });
  }
}

function checkShape(body: Buffer): void {
  let nesting = 0;
  let containers = 0;
  let keys = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]!;
    if (byte === QUOTE) at = endOfText(body, at);
    else if (byte === COLON) keys++;
    else if (OPEN.has(byte)) {
      containers++;
      nesting++;
      if (nesting > NESTING_MOST) refuse(`is nested more than ${NESTING_MOST} deep`);
    } else if (CLOSE.has(byte)) nesting--;
  }
  if (containers > CONTAINERS_MOST) refuse(`has more than ${CONTAINERS_MOST} lists and objects`);
  if (keys > KEYS_MOST) refuse(`has more than ${KEYS_MOST} keys`);
}

/** Where the text that starts at `start` ends; the body's end when it does not. */
function endOfText(body: Buffer, start: number): number {
  for (let at = start + 1; at < body.length; at++) {
    const byte = body[at]!;
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) return at;
  }
  return body.length;
}

function refuse(problem: string): never {
  throw new CollectorError('BAD_JSON', `The body ${problem}, which nothing we take is.`);
}
