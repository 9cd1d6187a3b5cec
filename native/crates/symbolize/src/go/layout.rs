//! How tables are laid out by the versions of Go; each is known by its first word (`internal/abi.PCLnTabMagic`).

/// Where a `runtime._func` has what is needed, from its start (`runtime/runtime2.go`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordLayout {
    pub name: usize,
    pub files: usize,
    pub lines: usize,
    pub value_tables: usize,
    /// `None` where files are numbered for the whole program.
    pub unit: Option<usize>,
    pub function_data: usize,
    /// Behind these bytes stand the offsets of the tables, then places of function data.
    pub bytes: usize,
}

/// An entry of the inline tree (`runtime.inlinedCall`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallLayout {
    pub name: usize,
    /// Distance from the function's start to an instruction of the call that this one is inlined at.
    pub parent: usize,
    pub bytes: usize,
}

/// How a function says where its inline tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TreePlace {
    /// An address of 64 bits.
    Address,
    /// Counted from `go:func.*`, 32 bits.
    Offset,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Starts of functions and places of records have this many bytes each in the function table.
    pub entry_bytes: usize,
    pub record: RecordLayout,
    pub call: CallLayout,
    pub tree_place: TreePlace,
    /// Number of the inline tree among the function data.
    pub tree: usize,
    /// In `runtime.moduledata`: where `go:func.*` is.
    pub module_functions: Option<usize>,
}

/// Number of the table that tells positions in the inline tree.
pub(crate) const TREE_INDEX_TABLE: usize = 2;
/// In `runtime.moduledata`, from Go 1.18 on.
pub(crate) const MODULE_MIN_PC: usize = 160;
pub(crate) const MODULE_TEXT: usize = 176;

pub(crate) const GO_1_2: u32 = 0xffff_fffb;
pub(crate) const GO_1_16: u32 = 0xffff_fffa;
pub(crate) const GO_1_18: u32 = 0xffff_fff0;
pub(crate) const GO_1_20: u32 = 0xffff_fff1;

const CALL_BEFORE_1_20: CallLayout = CallLayout {
    name: 12,
    parent: 16,
    bytes: 20,
};

impl Layout {
    pub fn of(magic: u32) -> Option<Self> {
        match magic {
            // As of Go 1.12 to 1.15; those before have no inline tree there.
            GO_1_2 => Some(Self {
                entry_bytes: 8,
                record: RecordLayout {
                    name: 8,
                    files: 24,
                    lines: 28,
                    value_tables: 32,
                    unit: None,
                    function_data: 39,
                    bytes: 40,
                },
                call: CALL_BEFORE_1_20,
                tree_place: TreePlace::Address,
                tree: 4,
                module_functions: None,
            }),
            GO_1_16 => Some(Self {
                entry_bytes: 8,
                record: RecordLayout {
                    name: 8,
                    files: 24,
                    lines: 28,
                    value_tables: 32,
                    unit: Some(36),
                    function_data: 43,
                    bytes: 44,
                },
                call: CALL_BEFORE_1_20,
                tree_place: TreePlace::Address,
                tree: 3,
                module_functions: None,
            }),
            GO_1_18 => Some(Self {
                entry_bytes: 4,
                record: RecordLayout {
                    name: 4,
                    files: 20,
                    lines: 24,
                    value_tables: 28,
                    unit: Some(32),
                    function_data: 39,
                    bytes: 40,
                },
                call: CALL_BEFORE_1_20,
                tree_place: TreePlace::Offset,
                tree: 3,
                module_functions: Some(304),
            }),
            // The start line came into both.
            GO_1_20 => Some(Self {
                entry_bytes: 4,
                record: RecordLayout {
                    name: 4,
                    files: 20,
                    lines: 24,
                    value_tables: 28,
                    unit: Some(32),
                    function_data: 43,
                    bytes: 44,
                },
                call: CallLayout {
                    name: 4,
                    parent: 8,
                    bytes: 16,
                },
                tree_place: TreePlace::Offset,
                tree: 3,
                module_functions: Some(320),
            }),
            _ => None,
        }
    }
}
