import type { ElfFile } from './elf-file.ts';

/**
 * Functions that a thread, a coroutine or a goroutine begins in. `mcall` leaves a goroutine for good, and so does `morestack` when
 * the goroutine's time is over, so that the scheduler they call has no caller; `gogo` has left the scheduler.
 */
const ENTRY_NAMES =
  /^(_start|__libc_start\w*|_*clone3?|start_thread|_dl_start(_user)?|__start_context|_rt0_\w+|runtime\.(goexit|rt0_go|mstart0?|mcall|morestack|gogo)|gogo)(\.abi0|@.*)?$/;

/** Code behind the entry point that still is its function, where no symbol says how long that is. */
const ENTRY_BYTES = 96;
/** `hlt`, behind the call in `_start`. */
const HALT = 0xf4;
/** `mov %eax, %edi; mov $60, %eax; syscall`: a thread of libc leaves by it when its function has returned. */
const EXIT_OF_THREAD = Buffer.from('89c7b83c0000000f05', 'hex');
const EXIT_CALL = EXIT_OF_THREAD.subarray(2);

export const isEntryName = (name: string) => ENTRY_NAMES.test(name);

/**
 * Whether code at this offset is where a thread begins, told without symbols: by the ELF header, or by what stands behind the
 * only call of such a function.
 */
export function isEntryCode(elf: ElfFile, offset: number, isReturnAddress: boolean): boolean {
  if (elf.entryOffset >= 0 && offset >= elf.entryOffset && offset < elf.entryOffset + ENTRY_BYTES) return true;
  const bytes = elf.read(offset, 64);
  if (isReturnAddress) return bytes[0] === HALT || bytes.indexOf(EXIT_OF_THREAD) in { 0: 0, 1: 1 };
  return /\/libc[.-][^/]*$/.test(elf.path) && bytes.includes(EXIT_CALL);
}
