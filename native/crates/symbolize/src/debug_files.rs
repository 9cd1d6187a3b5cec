/// Bytes of a file, mapped or read.
pub type FileBytes = Box<dyn AsRef<[u8]> + Send + Sync>;

/// A file that belongs to the one an index is built of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Debug information that was taken out of the file. It must be of the same build ID.
    ByBuildId(&'a [u8]),
    /// The same by `.gnu_debuglink`: a name without folder. Its CRC-32 is compared by the builder.
    ByLink(&'a [u8]),
    /// What dwz moved out of several files (`.gnu_debugaltlink`): a path, from where the debug information is, and its build ID.
    Alternate { path: &'a [u8], build_id: &'a [u8] },
    /// One compilation unit (`DW_AT_dwo_name`): a path, from the folder where it was compiled.
    Split { folder: &'a [u8], path: &'a [u8] },
    /// All compilation units together (`.dwp`).
    Package,
}

/// Finds the files that debug information is spread over. What is named comes from the file and must not be trusted.
pub trait DebugFiles: Sync {
    /// `None` when it is not to be had.
    fn find(&self, wanted: Wanted<'_>) -> Option<FileBytes>;
}

/// Finds nothing: only what is in the file itself.
pub struct NoDebugFiles;

impl DebugFiles for NoDebugFiles {
    fn find(&self, _: Wanted<'_>) -> Option<FileBytes> {
        None
    }
}
