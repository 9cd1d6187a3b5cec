import type { ElfDescription } from '@strata/symbolizer';
import type { Region } from '../process/address-space.ts';

const PAGE_BYTES = 4096;
const pageStart = (offset: number) => offset - (offset % PAGE_BYTES);

/**
 * The address in the file's own address space (SVMA) of an address in a process (AVMA), or null when no executable
 * segment of the file is mapped there. With `offset = address − start + fileOffset`, the place in the file:
 * SVMA = offset − segment.offset + segment.virtualAddress.
 */
export function fileAddress(
  address: number,
  region: Pick<Region<unknown>, 'start' | 'fileOffset'>,
  segments: ElfDescription['segments'],
): number | null {
  const offset = address - region.start + region.fileOffset;
  const inside = segments.find((segment) => segment.offset <= offset && offset < segment.offset + segment.fileSize);
  // Mappings are whole pages: what stands on a segment's first and last page is mapped with it.
  const segment =
    inside ??
    segments.find(
      (each) => pageStart(each.offset) <= offset && offset < pageStart(each.offset + each.fileSize - 1) + PAGE_BYTES,
    );
  return segment === undefined ? null : offset - segment.offset + segment.virtualAddress;
}
