import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const SECTION_HEADER_BYTES = 64;
const CHDR_BYTES = 24;

/** Lets a compressed section of a 64-bit ELF file say that it unpacks to `bytes`. */
export function claimUnpackedBytes(path: string, section: string, bytes: bigint): void {
  const file = readFileSync(path);
  const table = Number(file.readBigUInt64LE(40));
  const names = Number(file.readBigUInt64LE(table + file.readUInt16LE(62) * SECTION_HEADER_BYTES + 24));
  for (let i = 0; i < file.readUInt16LE(60); i++) {
    const header = table + i * SECTION_HEADER_BYTES;
    const name = names + file.readUInt32LE(header);
    if (file.toString('latin1', name, file.indexOf(0, name)) !== section) continue;
    file.writeBigUInt64LE(bytes, Number(file.readBigUInt64LE(header + 24)) + CHDR_BYTES / 3);
    writeFileSync(path, file);
    return;
  }
  throw new Error(`${path} has no section ${section}`);
}

/** Gives a file a `.gnu_debugdata` of a few kilobytes that unpacks to so many MiB of zeros behind an ELF header. */
export function addDebugDataBomb(path: string, mib: number): void {
  const head = readFileSync(path).subarray(0, 64);
  const content = Buffer.concat([head, Buffer.alloc(mib << 20)]);
  const packed = execFileSync('xz', ['--lzma2=preset=6,dict=4MiB', '--stdout'], { input: content, maxBuffer: 1 << 28 });
  writeFileSync(`${path}.xz`, packed);
  execFileSync('objcopy', ['--add-section', `.gnu_debugdata=${path}.xz`, path]);
}
