// A program with a life of the kind that the first argument names. It ends on a path of functions that burns CPU until it is
// killed: `burn`, `part`, and what calls them. Built with -DPART=name the functions and their frames are others.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#ifndef PART_BYTES
#define PART part
#define PART_BYTES 40
#endif

volatile unsigned long turns;
static volatile sig_atomic_t is_over;

static void end_phase(int signal) {
    is_over = signal;
}

__attribute__((noinline)) void burn(void) {
    while (!is_over) turns++;
}

__attribute__((noinline)) void PART(void) {
    volatile char frame[PART_BYTES];
    frame[turns % PART_BYTES] = 1;
    burn();
    turns += frame[0];
}

static void say(const char *what, unsigned long value) {
    printf("%s %lx\n", what, value);
    fflush(stdout);
}

// Calls `part` of each library until SIGUSR1 comes, one library after the other.
__attribute__((noinline)) static void load_each(char **libraries) {
    for (; *libraries; libraries++) {
        void *library = dlopen(*libraries, RTLD_NOW);
        void (*part)(volatile sig_atomic_t *) = (void (*)(volatile sig_atomic_t *))dlsym(library, "part_of_library");
        is_over = 0;
        say("loaded", (unsigned long)part);
        part(&is_over);
        dlclose(library);
    }
}

__attribute__((noinline)) static void in_child(void) {
    PART();
    turns++;
}

static void fork_without_exec(void) {
    pid_t child = fork();
    if (child == 0) in_child();
    say("forked", child);
    waitpid(child, NULL, 0);
}

static void run_from_memory(char *program) {
    int from = open("/proc/self/exe", O_RDONLY), memory = memfd_create("program", MFD_CLOEXEC);
    struct stat about;
    char *arguments[] = {program, "burn", NULL}, *environment[] = {NULL};
    fstat(from, &about);
    for (off_t left = about.st_size; left > 0;) {
        char bytes[4096];
        ssize_t got = read(from, bytes, sizeof(bytes));
        if (write(memory, bytes, got) != got) exit(2);
        left -= got;
    }
    fexecve(memory, arguments, environment);
}

// Code that is written, made executable and called, as a JIT does it: with a frame pointer, then without.
__attribute__((noinline)) static void run_written(int keeps_frame_pointer) {
    // push %rbp; mov %rsp, %rbp; jmp .    and    xor %ebp, %ebp; jmp .
    static const char with[] = "\x55\x48\x89\xe5\xeb\xfe", without[] = "\x31\xed\xeb\xfe";
    char *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(code, keeps_frame_pointer ? with : without, keeps_frame_pointer ? sizeof(with) : sizeof(without));
    mprotect(code, 4096, PROT_READ | PROT_EXEC);
    ((void (*)(void))code)();
    turns++;
}

__attribute__((noinline)) static void ask_the_time(void) {
    struct timespec now;
    for (;;) turns += clock_gettime(CLOCK_MONOTONIC, &now);
}

// Becomes another program under a process ID that was another's before.
static void take_pid(pid_t pid, char **program) {
    struct clone_args how = {.exit_signal = SIGCHLD, .set_tid = (unsigned long)&pid, .set_tid_size = 1};
    long child = syscall(SYS_clone3, &how, sizeof(how));
    if (child == 0) execv(program[0], program);
    say("taken", child);
    waitpid(child, NULL, 0);
}

// Starts a program over and over: so many a second, for so many seconds.
static void start_many(int a_second, int seconds, char **program) {
    struct timespec pause = {0, 1000000000 / a_second};
    for (int i = 0; i < a_second * seconds; i++) {
        if (vfork() == 0) {
            execv(program[0], program);
            _exit(1);
        }
        nanosleep(&pause, NULL);
        while (waitpid(-1, NULL, WNOHANG) > 0) {
        }
    }
    while (waitpid(-1, NULL, 0) > 0) {
    }
    say("started", a_second * seconds);
}

// Children that take away all of their memory, the code they run included.
static void unmap_all(void) {
    for (;;) {
        pid_t child = fork();
        if (child == 0) {
            for (int i = 0; i < 3000000; i++) turns++;
            munmap(NULL, (1ul << 47) - 4096);
        }
        waitpid(child, NULL, 0);
    }
}

#define STACK_BYTES (1 << 18)
static char *own_stack;

// Takes from memory what lies above this frame's page and the next: the next access would bring it back, but there is none.
__attribute__((noinline)) static void page_out_above(void) {
    char here, *from = (char *)((unsigned long)&here & -4096ul) + 2 * 4096;
    madvise(from, own_stack + STACK_BYTES - from, MADV_DONTNEED);
    PART();
    turns++;
}

__attribute__((noinline)) static void go_deep(int depth) {
    volatile char frame[1024];
    frame[depth] = 1;
    if (depth == 0) page_out_above();
    else go_deep(depth - 1);
    turns += frame[depth];
}

static void on_paged_out_stack(void) {
    go_deep(40);
}

// A stack in shared memory, which stays what it was when its pages leave.
static void page_out(void) {
    ucontext_t here, there;
    own_stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    getcontext(&there);
    there.uc_stack = (stack_t){.ss_sp = own_stack, .ss_size = STACK_BYTES};
    there.uc_link = &here;
    makecontext(&there, on_paged_out_stack, 0);
    swapcontext(&here, &there);
}

// Every other page may be written, so that each is a mapping of its own.
static void map_many(long count) {
    char *pages = mmap(NULL, count * 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (long i = 0; i < count; i += 2) mprotect(pages + i * 4096, 4096, PROT_READ | PROT_WRITE);
    say("mapped", count);
    PART();
}

static void map_as_code(const char *path) {
    int file = open(path, O_RDONLY);
    say("mapped", (unsigned long)mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0));
    PART();
}

int main(int count, char **arguments) {
    const char *kind = count > 1 ? arguments[1] : "burn";
    signal(SIGUSR1, end_phase);
    if (!strcmp(kind, "burn")) PART();
    if (!strcmp(kind, "load")) load_each(arguments + 2);
    if (!strcmp(kind, "fork")) fork_without_exec();
    if (!strcmp(kind, "memory")) run_from_memory(arguments[0]);
    if (!strcmp(kind, "written")) run_written(count == 2);
    if (!strcmp(kind, "time")) ask_the_time();
    if (!strcmp(kind, "take-pid")) take_pid(atoi(arguments[2]), arguments + 3);
    if (!strcmp(kind, "many")) start_many(atoi(arguments[2]), atoi(arguments[3]), arguments + 4);
    if (!strcmp(kind, "unmap")) unmap_all();
    if (!strcmp(kind, "paged-out")) page_out();
    if (!strcmp(kind, "map-many")) map_many(atol(arguments[2]));
    if (!strcmp(kind, "map")) map_as_code(arguments[2]);
    return 1;
}
