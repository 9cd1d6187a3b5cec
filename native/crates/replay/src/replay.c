// The environment of the kernel's walk in user space: tables are bytes,
// mappings a list, and memory is what the caller says.
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#undef __always_inline
#define __always_inline inline __attribute__((always_inline))

// clang-format off: each needs those before it.
#include "definitions.generated.h"
#include "machine.h"
#include "walk.h"
// clang-format on

union unwind_block;

// `struct Code` and the others below are laid out alike in walk.rs.
struct code {
  __u64 start;
  __u64 end;
  __u64 file_offset;
  union unwind_block *blocks;
  __u32 block_count;
  __u32 kind; // enum mapping_kind
};

struct environment {
  const struct code *codes;
  __u64 code_count;
  bool (*read)(void *context, void *to, __u32 bytes, __u64 address);
  void *context;
  __u64 thread_pointer;
};

// The headers know of no environment, as they need none in the kernel: it is
// the running walk's.
static _Thread_local const struct environment *environment;

static union unwind_block *get_block(void *blocks, __u32 number);

#include "unwind_table.h"

static union unwind_block *get_block(void *blocks, __u32 number) {
  const struct code *code = blocks;
  return number < code->block_count ? code->blocks + number : NULL;
}

static bool find_rule_of_mapping(const struct walk_mapping *mapping,
                                 __u64 offset, struct unwind_rule *rule) {
  return find_rule((void *)(environment->codes + mapping->table),
                   &mapping->header, offset, rule);
}

static long read_user(void *to, __u32 bytes, __u64 address) {
  return environment->read(environment->context, to, bytes, address) ? 0 : -1;
}

static __u64 get_thread_pointer(void) { return environment->thread_pointer; }

// As `enter_mapping` of tables.h does.
static void enter_mapping(struct walk *walk, __u64 address) {
  struct walk_mapping *mapping = &walk->mapping;

  mapping->start = mapping->end = 0;
  mapping->kind = MAPPING_NONE;
  for (__u64 i = 0; i < environment->code_count; i++) {
    const struct code *code = environment->codes + i;
    if (address < code->start || address >= code->end)
      continue;
    mapping->start = code->start;
    mapping->end = code->end;
    mapping->file_offset = code->file_offset;
    mapping->kind = code->kind;
    mapping->table = i;
    if (code->kind == MAPPING_TABLE)
      mapping->header = code->blocks->header;
    return;
  }
}

#include "unwind.h"

_Static_assert(MAPPING_NONE == 0 && MAPPING_TABLE == 1 &&
                   MAPPING_NO_TABLE == 2 && MAPPING_FRAME_POINTER == 3 &&
                   MAPPING_ANONYMOUS == 4,
               "as walk.rs has them");

// Walks from the registers, which are in DWARF's order, and returns the
// outcome. `addresses` holds USER_FRAMES_MOST.
__u32 strata_replay_walk(const struct environment *given, __u64 ip,
                         const __u64 *registers, __u64 *addresses,
                         __u32 *length) {
  const struct environment *outer = environment;
  struct walk walk = {.ip = ip, .known = ~0u, .is_address = 1};

  environment = given;
  for (int i = 0; i < DWARF_REGISTERS; i++)
    walk.registers[i] = registers[i];
  *length = 0;
  while (!add_frame(&walk, addresses, length)) {
  }
  environment = outer;
  return walk.outcome;
}
