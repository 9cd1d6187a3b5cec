import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LookupAddress } from '@strata/profile';

const SOURCE = `
namespace shop { __attribute__((noinline, aligned(256))) int checkout(int n) { return n * n; } }
__attribute__((aligned(256))) int main(int argc, char**) { return shop::checkout(argc); }
`;

/** A C++ program with two functions and padding between them, in a folder that goes with the test. */
export interface Program {
  readonly folder: string;
  readonly path: string;
  /** First address of a function, by its linkage name. */
  address(linkageName: string): LookupAddress;
  remove(): void;
}

export function compileProgram(): Program {
  const folder = mkdtempSync(join(tmpdir(), 'strata-symbolizer-'));
  const path = join(folder, 'shop');
  writeFileSync(join(folder, 'shop.cpp'), SOURCE);
  execFileSync('g++', ['-O1', '-o', path, join(folder, 'shop.cpp')]);
  const listing = execFileSync('nm', [path], { encoding: 'utf8' });
  return {
    folder,
    path,
    address: (name) =>
      Number.parseInt(listing.split('\n').find((line) => line.endsWith(` ${name}`))!, 16) as LookupAddress,
    remove: () => rmSync(folder, { recursive: true }),
  };
}
