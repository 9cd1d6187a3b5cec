import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** A disk of its own at a folder, in memory. */
export interface SmallDisk {
  /** Why there is none here, such as no right to mount. */
  readonly refusal: string | null;
  /** Leaves not a byte. */
  fill(): void;
  /** What `fill` took is free again. */
  makeRoom(): void;
  unmount(): void;
}

export function mountSmallDisk(folder: string, bytes: number): SmallDisk {
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'tmpfs', folder], {
    encoding: 'utf8',
  });
  const filling = join(folder, 'filling');
  return {
    refusal: mounted.status === 0 ? null : `no disk to fill: ${mounted.error?.message ?? mounted.stderr.trim()}`,
    fill() {
      const file = openSync(filling, 'w');
      const page = Buffer.alloc(4096);
      try {
        while (statfsSync(folder).bavail > 0) writeSync(file, page);
      } catch (error) {
        // Another took the last byte.
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(filling),
    // At once also while the engine still runs there: the disk goes when the engine does.
    unmount: () => void spawnSync('umount', ['--lazy', folder]),
  };
}
