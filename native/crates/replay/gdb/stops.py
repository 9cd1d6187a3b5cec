"""Runs in gdb: stops a program at random places, steps on by instructions, and tells src/agreement/session.rs of each stop.

STOPS_PLAN is a JSON object: socket, arguments, stops, seed. Every message is a line; a stop waits for its answer, so that the
other side can read the process's memory meanwhile.

    stop PID REGISTERS REASON CHAIN   registers in DWARF's order, then rip, fs_base; REASON is gdb's why the chain ends; an address of
                                      the chain has an s in front when the frame is one that a signal's handler returns to
    places                            asks for addresses at which to set breakpoints
    end WHY
"""

import json
import os
import random
import socket
import subprocess

import gdb

REGISTERS = "rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15 rip fs_base".split()
# Some more than the walk keeps.
FRAMES_MOST = 600
# Instructions between two stops: mostly few, so that prologues, epilogues and PLT stubs are seen from one end to the other.
STEPS = [1, 1, 1, 1, 2, 2, 3, 5, 8, 20, 60, 200]
STOPS_A_BURST = 12
# Behind a breakpoint, which may be a stub that has yet to be bound: through the dynamic linker's trampoline, and into what it calls.
STEPS_AT_A_PLACE = [1, 1, 1, 1, 2, 3, 5, 100]
BREAKPOINTS = 24
FIRST_PLACES = 8
STARTS_MOST = 2000
# How likely a program is started anew: one that runs for long binds no more functions.
ANEW = 0.04

SETTINGS = """
set pagination off
set confirm off
set breakpoint pending off
set debuginfod enabled off
set backtrace past-main on
set backtrace past-entry on
set backtrace limit unlimited
set detach-on-fork on
handle SIGINT stop print nopass
handle SIGALRM SIGUSR1 SIGSEGV SIGPROF SIGCHLD SIGPIPE SIGURG nostop noprint pass
unset environment LD_BIND_NOW
unset environment LINES
unset environment COLUMNS
"""


class Comparer:
    """The other end of the socket."""

    def __init__(self, path):
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(path)
        self.lines = connection.makefile("rw", newline="\n")

    def tell(self, line):
        self.lines.write(line + "\n")
        self.lines.flush()

    def ask(self, line):
        self.tell(line)
        answer = self.lines.readline().split()
        if not answer:
            raise EOFError("the comparer has gone")
        return answer


def is_alive():
    return gdb.selected_inferior().pid != 0


def quietly(command):
    gdb.execute(command, to_string=True)


def chain():
    """gdb's own addresses, innermost first, and why there are no more."""
    addresses = []
    frame = gdb.newest_frame()
    while len(addresses) < FRAMES_MOST:
        if frame.type() not in (gdb.INLINE_FRAME, gdb.TAILCALL_FRAME):
            mark = "s" if frame.type() == gdb.SIGTRAMP_FRAME else ""
            addresses.append(f"{mark}{frame.pc():x}")
        try:
            older = frame.older()
        except gdb.error as error:
            return addresses, "error:" + str(error).replace(" ", "_")
        if older is None:
            return addresses, str(frame.unwind_stop_reason())
        frame = older
    return addresses, "most"


def names(addresses):
    """What gdb calls each address."""
    found = []
    for address in addresses:
        # A line for each name that the address has.
        lines = gdb.execute(f"info symbol 0x{address}", to_string=True).splitlines() or ["?"]
        found.append(lines[0].strip().replace(" in section ", " ").replace(" ", "_"))
    return found


class Run:
    def __init__(self, plan):
        self.comparer = Comparer(plan["socket"])
        self.random = random.Random(plan["seed"])
        self.left = plan["stops"]
        self.starts = 0

    def report(self):
        frame = gdb.newest_frame()
        mask = (1 << 64) - 1
        values = ",".join(f"{int(frame.read_register(name)) & mask:x}" for name in REGISTERS)
        addresses, reason = chain()
        pid = gdb.selected_inferior().pid
        answer = self.comparer.ask(f"stop {pid} {values} {reason} {','.join(addresses)}")
        if answer[0] == "name":
            self.comparer.tell("names " + " ".join(names(answer[1:])))
        self.left -= 1

    def burst(self, steps, most=STOPS_A_BURST):
        for _ in range(self.random.randint(1, most)):
            if self.left == 0 or not is_alive():
                return
            self.report()
            quietly(f"stepi {self.random.choice(steps)}")

    def start(self):
        self.starts += 1
        quietly("starti")
        # Only a process has it: other threads stand still while one is stepped.
        quietly("set scheduler-locking step")
        # The dynamic linker, and what it calls before there is a libc.
        self.burst(STEPS + [1000, 5000], 4)
        # The first calls of other files, which are bound by them.
        for _ in range(self.random.randint(0, FIRST_PLACES)):
            if not is_alive() or not self.to_a_place(0.6):
                break
            self.burst(STEPS_AT_A_PLACE)

    def go_on(self, seconds):
        pid = gdb.selected_inferior().pid
        waiting = ["/bin/sh", "-c", f"sleep {seconds:.4f}; kill -INT {pid}"]
        timer = subprocess.Popen(waiting, stderr=subprocess.DEVNULL)
        quietly("continue")
        timer.kill()
        timer.wait()

    def to_a_place(self, seconds=0.03):
        """A stub, or where rules change near to what has been seen to run. Returns whether one was come to."""
        places = self.comparer.ask("places")[1:]
        self.random.shuffle(places)
        places = places[:BREAKPOINTS]
        for place in places:
            quietly(f"tbreak *0x{place}")
        try:
            self.go_on(seconds)
        except gdb.error:
            # One lies in memory that is no longer mapped.
            pass
        quietly("delete breakpoints")
        return is_alive() and f"{gdb.newest_frame().pc():x}" in places

    def round(self):
        if is_alive() and self.random.random() < ANEW:
            quietly("kill")
        if not is_alive():
            self.start()
        elif self.random.random() < 0.5:
            self.to_a_place()
            self.burst(STEPS_AT_A_PLACE)
        else:
            self.go_on(self.random.uniform(0.0005, 0.02))
            self.burst(STEPS)

    def all(self):
        while self.left > 0 and self.starts < STARTS_MOST:
            try:
                self.round()
            except gdb.error:
                # The process ended in between.
                if is_alive():
                    quietly("kill")
        return f"{self.starts} starts"


def main():
    plan = json.loads(os.environ["STOPS_PLAN"])
    del os.environ["STOPS_PLAN"]
    gdb.execute("unset environment STOPS_PLAN")
    for setting in SETTINGS.strip().splitlines():
        quietly(setting)
    gdb.execute("set args " + plan["arguments"])
    run = Run(plan)
    why = run.all()
    if is_alive():
        quietly("kill")
    run.comparer.tell("end " + why)


main()
