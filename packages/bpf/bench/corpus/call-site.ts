/** Bytes before a return address that `followsCall` looks at. */
export const CALL_BYTES_MOST = 7;

const CALL_RELATIVE = 0xe8;
const GROUP_5 = 0xff;
const CALL_INDIRECT = 2;

/**
 * Whether the bytes end in an x86-64 call: e8 and four bytes, or ff /2 with its ModRM byte, SIB byte and displacement.
 * Prefixes stand before either and do not matter. Bytes of other instructions may look like a call, about one time in thirty.
 */
export function followsCall(bytes: Uint8Array): boolean {
  const at = (back: number) => bytes[bytes.length - back];
  if (at(5) === CALL_RELATIVE) return true;
  for (let length = 2; length <= CALL_BYTES_MOST; length++) {
    if (at(length) === GROUP_5 && lengthOfIndirectCall(at(length - 1)!, at(length - 2)) === length) return true;
  }
  return false;
}

/** Bytes of `ff modrm [sib] [displacement]`, or 0 when it is no near call. */
function lengthOfIndirectCall(modrm: number, sib: number | undefined): number {
  const [mode, operation, base] = [modrm >> 6, (modrm >> 3) & 7, modrm & 7];
  if (operation !== CALL_INDIRECT) return 0;
  if (mode === 3) return 2;
  const sibBytes = base === 4 ? 1 : 0;
  const isAbsolute = mode === 0 && (base === 5 || (base === 4 && (sib! & 7) === 5));
  const displacement = mode === 1 ? 1 : mode === 2 || isAbsolute ? 4 : 0;
  return 2 + sibBytes + displacement;
}
