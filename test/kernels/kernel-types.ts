import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

/** Where a bzImage says how long its head is, and where in the rest its kernel lies (Documentation/arch/x86/boot.rst). */
const SETUP_SECTORS = 0x1f1;
const PAYLOAD_OFFSET = 0x248;
const PAYLOAD_LENGTH = 0x24c;
const SECTOR_BYTES = 512;
/** Behind the compressed kernel stands its size. */
const SIZE_BYTES = 4;

/** The BTF of a kernel's image that is compressed with zstd, reduced to what the programs of `object` need. */
export function reducedTypes(image: string, object: string, folder: string): Buffer {
  const bytes = readFileSync(image);
  const start = (bytes[SETUP_SECTORS]! + 1) * SECTOR_BYTES + bytes.readUInt32LE(PAYLOAD_OFFSET);
  const payload = bytes.subarray(start, start + bytes.readUInt32LE(PAYLOAD_LENGTH) - SIZE_BYTES);
  const [kernel, types] = [join(folder, 'vmlinux'), join(folder, 'reduced.btf')];
  writeFileSync(kernel, zstdDecompressSync(payload));
  execFileSync('bpftool', ['gen', 'min_core_btf', kernel, types, object]);
  return readFileSync(types);
}
