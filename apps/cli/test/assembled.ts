import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One function after the other; each label is an address to ask about. */
export const DESCRIBED = `
    .globl _start
_start:
    .cfi_startproc
    .cfi_undefined rip
    call saves
    .cfi_endproc
    .balign 64, 0x90
saves:
    .cfi_startproc
    push %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset rbp, -16
pushed_rbp:
    push %rbx
    .cfi_def_cfa_offset 24
    .cfi_offset rbx, -24
pushed_rbx:
    sub $24, %rsp
    .cfi_def_cfa_offset 48
body:
    add $24, %rsp
    .cfi_def_cfa_offset 24
    pop %rbx
    .cfi_restore rbx
    .cfi_def_cfa_offset 16
    pop %rbp
    .cfi_restore rbp
    .cfi_def_cfa_offset 8
at_return:
    ret
    .cfi_endproc
    .balign 64, 0x90
framed:
    .cfi_startproc
    .cfi_def_cfa rbp, 16
    .cfi_offset rbp, -16
    ret
    .cfi_endproc
    .balign 64, 0x90
in_register:
    .cfi_startproc
    .cfi_register rip, rcx
    ret
    .cfi_endproc
    .balign 64, 0x90
dereferenced:                              # DW_CFA_def_cfa_expression: DW_OP_breg6 (rbp) −8, DW_OP_deref
    .cfi_startproc
    .cfi_escape 0x0f, 3, 0x76, 0x78, 0x06
    ret
    .cfi_endproc
    .balign 64, 0x90
not_evaluated:                             # DW_CFA_def_cfa_expression: DW_OP_lit0
    .cfi_startproc
    .cfi_escape 0x0f, 1, 0x30
    ret
    .cfi_endproc
    .balign 64, 0x90
undescribed:
    ret
    .balign 64, 0x90
`;

/** Without any call frame information. */
export const BARE = `
    .globl _start
_start:
    push %rbp
    mov %rsp, %rbp
    ret
`;

/** A linked program in a folder of its own. */
export interface Assembled {
  readonly folder: string;
  readonly path: string;
  /** Of a label, without 0x. */
  address(label: string): string;
  remove(): void;
}

export function assemble(source: string, ...options: readonly string[]): Assembled {
  const folder = mkdtempSync(join(tmpdir(), 'strata-cli-'));
  const path = join(folder, 'assembled');
  writeFileSync(join(folder, 'source.s'), `.text\n${source}\n.section .note.GNU-stack\n`);
  execFileSync('gcc', ['-nostdlib', '-static', '-no-pie', ...options, '-o', path, join(folder, 'source.s')]);
  const names = execFileSync('nm', [path], { encoding: 'utf8' }).split('\n');
  return {
    folder,
    path,
    address: (label) =>
      names
        .find((line) => line.endsWith(` ${label}`))!
        .split(' ')[0]!
        .replace(/^0+/, ''),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
