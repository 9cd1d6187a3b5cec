import { formatThree } from '../../ui/amount.ts';

const STEPS = ['B', 'KiB', 'MiB', 'GiB'] as const;

/** `47.6 MiB`: what the kernel grants is counted in powers of two, as the setting for it is. */
export function formatBinaryBytes(bytes: number): string {
  // What would be written as 1,024 is one of the next.
  const step = STEPS.findIndex((_, i) => bytes < 1023.5 * 1024 ** i || i === STEPS.length - 1);
  return `${formatThree(bytes / 1024 ** step)}\u202f${STEPS[step]}`;
}

/** `375 ms` */
export const formatMs = (ms: number) => (ms < 1000 ? `${formatThree(ms)}\u202fms` : `${formatThree(ms / 1000)}\u202fs`);
