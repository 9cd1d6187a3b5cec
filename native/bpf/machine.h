// What differs between processors: their registers, in the kernel's order and in that of DWARF.
#pragma once

#if defined(__TARGET_ARCH_x86)

struct pt_regs {
    unsigned long r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di, orig_ax;
    unsigned long ip, cs, flags, sp, ss;
};

// System V ABI, AMD64 supplement, figure 3.36.
#define DWARF_REGISTERS 16
#define DWARF_BX 3
#define DWARF_FP 6
#define DWARF_SP 7
// Registers that calls may change: rax, rdx, rcx, rsi, rdi, r8 to r11.
#define DWARF_SCRATCH 0x0f37
#define REGS_ARE_USER(regs) (((regs)->cs & 3) == 3)
#define KERNEL_STACK_BYTES (16 << 10)

#define COPY_REGISTERS(to, from_ip, regs)                                                                              \
    do {                                                                                                               \
        (to)[0] = (regs)->ax;                                                                                          \
        (to)[1] = (regs)->dx;                                                                                          \
        (to)[2] = (regs)->cx;                                                                                          \
        (to)[3] = (regs)->bx;                                                                                          \
        (to)[4] = (regs)->si;                                                                                          \
        (to)[5] = (regs)->di;                                                                                          \
        (to)[6] = (regs)->bp;                                                                                          \
        (to)[7] = (regs)->sp;                                                                                          \
        (to)[8] = (regs)->r8;                                                                                          \
        (to)[9] = (regs)->r9;                                                                                          \
        (to)[10] = (regs)->r10;                                                                                        \
        (to)[11] = (regs)->r11;                                                                                        \
        (to)[12] = (regs)->r12;                                                                                        \
        (to)[13] = (regs)->r13;                                                                                        \
        (to)[14] = (regs)->r14;                                                                                        \
        (to)[15] = (regs)->r15;                                                                                        \
        (from_ip) = (regs)->ip;                                                                                        \
    } while (0)

// struct ucontext's uc_mcontext as the kernel lays it on the stack for a signal (asm/sigcontext.h), from `r8` on.
struct signal_registers {
    __u64 r8, r9, r10, r11, r12, r13, r14, r15, di, si, bp, bx, dx, ax, cx, sp, ip;
};
#define SIGNAL_REGISTERS_OFFSET 40
#define READ_THREAD_POINTER(task) BPF_CORE_READ(task, thread.fsbase)

#elif defined(__TARGET_ARCH_arm64)

struct pt_regs {
    __u64 regs[31];
    __u64 sp, pc, pstate;
};

// DWARF for the Arm 64-bit Architecture (AADWARF64), section 4.1.
#define DWARF_REGISTERS 32
#define DWARF_BX 28
#define DWARF_FP 29
#define DWARF_SP 31
// Registers that calls may change: x0 to x18.
#define DWARF_SCRATCH 0x7ffff
#define REGS_ARE_USER(regs) (((regs)->pstate & 0xf) == 0)
#define KERNEL_STACK_BYTES (16 << 10)

#define COPY_REGISTERS(to, from_ip, registers)                                                                         \
    do {                                                                                                               \
        _Pragma("unroll") for (int i = 0; i < 31; i++)(to)[i] = (registers)->regs[i];                                  \
        (to)[31] = (registers)->sp;                                                                                    \
        (from_ip) = (registers)->pc;                                                                                   \
    } while (0)

// struct sigcontext's regs, sp and pc (asm/sigcontext.h).
struct signal_registers {
    __u64 regs[31];
    __u64 sp, pc;
};
#define SIGNAL_REGISTERS_OFFSET 184
#define READ_THREAD_POINTER(task) BPF_CORE_READ(task, thread.uw.tp_value)

#else
#error "Strata samples x86-64 and arm64"
#endif
