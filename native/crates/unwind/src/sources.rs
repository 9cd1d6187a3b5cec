use crate::address_map::AddressMap;
use crate::cfi::{CfiRows, CfiSection, debug_frame_of, eh_frame_of};
use crate::elf::Elf;
use crate::functions::{Function, Functions, Origin};
use crate::gaps::ReadCode;
use crate::go::{Code, GoRows, GoTable, Goroutine, Prologue, go_table_of};
use crate::machine::Machine;
use crate::report::BuildReport;
use crate::sweep::{FunctionRows, Row};

/// All that describes the code of a file, in the order in which it is believed. Go's own table tells more than the `.debug_frame`
/// that Go's linker makes of it.
pub(crate) struct Sources<'elf, 'data> {
    machine: Machine,
    eh_frame: Option<CfiSection<'elf, 'data>>,
    go: Option<GoTable<'data>>,
    debug_frame: Option<CfiSection<'elf, 'data>>,
}

impl<'elf, 'data> Sources<'elf, 'data> {
    pub fn of(elf: &'elf Elf<'data>, read: ReadCode<'_>) -> Self {
        Self {
            machine: elf.machine,
            eh_frame: eh_frame_of(elf),
            go: go_table_of(elf, read),
            debug_frame: debug_frame_of(elf),
        }
    }

    /// The functions described, each by one source; sorted.
    pub fn functions(&mut self, map: &AddressMap, report: &mut BuildReport) -> Functions {
        let mut functions = Functions::default();
        if let Some(section) = &mut self.eh_frame {
            section.collect(map, Origin::EhFrame, &mut functions, report);
            functions.settle();
        }
        if let Some(table) = &self.go {
            table.collect(map, &mut functions, report);
            functions.settle();
        }
        if let Some(section) = &mut self.debug_frame {
            section.collect(map, Origin::DebugFrame, &mut functions, report);
            functions.settle();
        }
        functions
    }

    /// Gives the rows of functions, asked for in the order of the file.
    pub fn rows<'a>(
        &'a self,
        map: &'a AddressMap,
        read: ReadCode<'a>,
    ) -> impl FnMut(&Function) -> SourceRows<'a, 'elf, 'data> {
        let mut code = Code::new(read);
        let mut goroutine = Goroutine::default();
        let prologue = self
            .go
            .as_ref()
            .map(|table| Prologue::of(table, &mut code, |address| map.offset_of(address)));
        move |function| {
            let section = match function.origin {
                Origin::EhFrame => self.eh_frame.as_ref(),
                Origin::DebugFrame => self.debug_frame.as_ref(),
                Origin::GoTable => {
                    let rows = self
                        .go
                        .as_ref()
                        .zip(prologue)
                        .and_then(|(table, prologue)| {
                            let described = table.function(function.from as usize).ok()??;
                            Some(GoRows::new(
                                table,
                                &described,
                                prologue,
                                &mut goroutine,
                                &mut code,
                                function.start,
                            ))
                        });
                    return SourceRows::Go(rows);
                }
            };
            SourceRows::Cfi(CfiRows::new(function, section, map, self.machine, read))
        }
    }
}

/// The rows of a function, from any source.
pub(crate) enum SourceRows<'a, 'elf, 'data> {
    Cfi(CfiRows<'a, 'elf, 'data>),
    Go(Option<GoRows<'a>>),
}

impl FunctionRows for SourceRows<'_, '_, '_> {
    fn next(&mut self) -> Option<Row> {
        match self {
            Self::Cfi(rows) => rows.next(),
            Self::Go(rows) => rows.as_mut()?.next(),
        }
    }
}
