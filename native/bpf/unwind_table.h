// Finds the rule that holds at an offset of a file. An unwind table is one array of blocks; native/definitions has its
// layout, native/crates/unwind writes it.
#pragma once

#define ROWS_A_BLOCK (UNWIND_BLOCK_BYTES / sizeof(__u32))
#define RULES_A_BLOCK (UNWIND_BLOCK_BYTES / sizeof(struct unwind_rule))
#define PAGES_A_BLOCK (UNWIND_BLOCK_BYTES / sizeof(struct unwind_page))
#define OFFSET_IN_PAGE ((1u << UNWIND_PAGE_BITS) - 1)
#define ROW_OFFSET(row) ((row) & OFFSET_IN_PAGE)
#define ROW_RULE(row) ((row) >> UNWIND_PAGE_BITS)
// A part of a page has at most 2^16 / 30 rows, and the one before: 36 blocks.
#define HALVINGS_OF_BLOCKS 6
#define HALVINGS_IN_BLOCK 6
_Static_assert(ROWS_A_BLOCK == 1 << HALVINGS_IN_BLOCK, "as many halvings as rows need");

union unwind_block {
    struct unwind_header header;
    struct unwind_page pages[PAGES_A_BLOCK];
    struct unwind_rule rules[RULES_A_BLOCK];
    __u32 rows[ROWS_A_BLOCK];
};
_Static_assert(sizeof(union unwind_block) == UNWIND_BLOCK_BYTES, "records fill their block");

// The row in force where a part of a page ends, counted from the page's first; 0 for the part before the first.
static __always_inline __u32 row_at_end(const struct unwind_page *page, __u32 part) {
    // Hides where the number comes from: the compiler would leave out the bound, which the verifier wants to see.
    asm volatile("" : "+r"(part));
    return part < UNWIND_PARTS ? page->held[part] : 0;
}

// `get_block(blocks, number)` is the environment's: a map's element in the kernel, memory in a replay. Returns false
// when the table does not reach that far, which says the same as rule 0.
static __always_inline bool find_rule(void *blocks, const struct unwind_header *table, __u64 offset,
                                      struct unwind_rule *rule) {
    __u64 page = (offset >> UNWIND_PAGE_BITS) - table->first_page;
    if (page >= table->pages) return false;
    union unwind_block *block = get_block(blocks, 1 + page / PAGES_A_BLOCK);
    if (!block) return false;
    const struct unwind_page *record = &block->pages[page % PAGES_A_BLOCK];
    __u32 target = offset & OFFSET_IN_PAGE;
    __u32 part = target * UNWIND_PARTS >> UNWIND_PAGE_BITS;
    __u32 first = record->first_row + row_at_end(record, part - 1);
    __u32 last = record->first_row + row_at_end(record, part);

    // The last block whose first row is not beyond the target; rows of other parts are never looked at.
    __u32 low = first / ROWS_A_BLOCK;
    __u32 high = last / ROWS_A_BLOCK;
    for (int i = 0; i < HALVINGS_OF_BLOCKS && low < high; i++) {
        __u32 middle = (low + high + 1) / 2;
        block = get_block(blocks, table->rows_block + middle);
        if (!block) return false;
        if (ROW_OFFSET(block->rows[0]) <= target)
            low = middle;
        else
            high = middle - 1;
    }
    block = get_block(blocks, table->rows_block + low);
    if (!block) return false;
    __u32 left = low == first / ROWS_A_BLOCK ? first % ROWS_A_BLOCK : 0;
    __u32 right = low == last / ROWS_A_BLOCK ? last % ROWS_A_BLOCK : ROWS_A_BLOCK - 1;
#pragma unroll
    for (int i = 0; i < HALVINGS_IN_BLOCK; i++) {
        __u32 middle = (left + right + 1) / 2;
        bool is_at = ROW_OFFSET(block->rows[middle % ROWS_A_BLOCK]) <= target;
        left = is_at ? middle : left;
        right = is_at || middle == 0 ? right : middle - 1;
    }
    __u32 number = ROW_RULE(block->rows[left % ROWS_A_BLOCK]);
    block = get_block(blocks, table->rules_block + number / RULES_A_BLOCK);
    if (!block) return false;
    *rule = block->rules[number % RULES_A_BLOCK];
    return true;
}
