declare const svma: unique symbol;
/** Stated virtual memory address: as the file's program headers and its symbols write it. */
export type Svma = bigint & { readonly [svma]: true };

const HEXADECIMAL = /^(?:0x)?0*([0-9a-f]{1,16})$/i;
const QUOTED_MOST = 40;
/** It is repeated on a terminal, which control characters would steer. */
const UNPRINTABLE = /[^ -~]/g;

/** Hexadecimal, with or without 0x, of 64 bits at most; otherwise undefined. */
export function parseAddress(text: string): Svma | undefined {
  const digits = HEXADECIMAL.exec(text.trim())?.[1];
  return digits === undefined ? undefined : (BigInt(`0x${digits}`) as Svma);
}

export const addressText = (address: Svma): string => `0x${address.toString(16)}`;

/** A sentence on what is no address; `where` it stood. */
export function notAnAddress(where: string, text: string): string {
  const shown = text.trim().slice(0, QUOTED_MOST).replaceAll(UNPRINTABLE, '?');
  return `${where} is not a hexadecimal address: "${shown}".`;
}
