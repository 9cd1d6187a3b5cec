//! Call frame information (DWARF 5, section 6.4) of ELF files as tables that a BPF program can search.
