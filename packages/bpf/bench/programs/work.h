// The work that all programs do at the ends of their call paths.
#pragma once

unsigned long work(unsigned long value, int rounds);
// Calls back once in each round.
unsigned long work_with(unsigned long value, int rounds, unsigned long (*step)(unsigned long));
