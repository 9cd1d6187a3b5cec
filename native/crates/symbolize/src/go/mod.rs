//! Functions, inlined calls and lines of Go programs from the tables that their runtime makes tracebacks with, which stripping
//! leaves in place (`runtime/symtab.go`, `cmd/link/internal/ld/pcln.go`).

mod chains;
mod image;
mod layout;
mod table;
mod values;

use crate::assembly::PartOfCode;
use crate::elf::Elf;
use crate::error::SymbolizeError;

/// Hands out what the tables say, in parts; whether there was any.
pub(crate) fn read_go(
    elf: &Elf<'_>,
    take: &mut dyn FnMut(&PartOfCode<'_>) -> Result<(), SymbolizeError>,
) -> Result<bool, SymbolizeError> {
    match table::GoTable::of(elf) {
        Some(table) => chains::read(&table, take),
        None => Ok(false),
    }
}
