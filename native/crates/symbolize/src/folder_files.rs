use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use memmap2::Mmap;

use crate::debug_files::{DebugFiles, FileBytes, Wanted};

/// Opening a pipe would wait for who writes to it.
const O_NONBLOCK: i32 = 0o4000;
/// Where distributions put debug files.
const SYSTEM_FOLDER: &str = "/usr/lib/debug";

/// Debug files where debuggers look for them: beside the file, and in the system's folders
/// (<https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html>).
pub struct FolderFiles {
    /// The file that an index is built of.
    path: PathBuf,
    /// What its paths begin at: `/`, or another process's root.
    root: PathBuf,
    folders: Vec<PathBuf>,
}

impl FolderFiles {
    /// `path` is the file that an index is built of. Of one below `/proc/PID/root` they are looked for in that process's file
    /// system first, then in ours.
    pub fn beside(path: &Path) -> Self {
        let ours = PathBuf::from(SYSTEM_FOLDER);
        match process_root(path) {
            // As a link its root leads to our own.
            Some(root) => Self {
                path: path.to_owned(),
                folders: vec![below(&root, &ours), ours],
                root,
            },
            None => Self {
                path: path.canonicalize().unwrap_or_else(|_| path.to_owned()),
                root: PathBuf::from("/"),
                folders: vec![ours],
            },
        }
    }

    /// Looks into `folder` as into `/usr/lib/debug`, and before it.
    pub fn with_folder(mut self, folder: &Path) -> Self {
        self.folders.insert(0, folder.to_owned());
        self
    }

    fn candidates(&self, wanted: Wanted<'_>) -> Vec<PathBuf> {
        let beside = self.path.parent().unwrap_or(Path::new("/"));
        let in_folders = |path: &Path| -> Vec<PathBuf> {
            let path = path.strip_prefix(&self.root).unwrap_or(path);
            let folders = self.folders.iter();
            folders.map(|folder| folder.join(path)).collect()
        };
        let from_beside = |path: &Path| {
            if path.is_absolute() {
                below(&self.root, path)
            } else {
                beside.join(path)
            }
        };
        let path_of = |bytes: &[u8]| PathBuf::from(OsStr::from_bytes(bytes));
        match wanted {
            Wanted::ByBuildId(id) => build_id_path(id).map_or(Vec::new(), |path| in_folders(&path)),
            Wanted::ByLink(name) => {
                let name = path_of(name);
                let mut paths = vec![from_beside(&name), beside.join(".debug").join(&name)];
                paths.extend(in_folders(&from_beside(&name)));
                paths.retain(|path| *path != self.path);
                paths
            }
            Wanted::Alternate { path, build_id } => {
                let path = path_of(path);
                let mut paths = vec![from_beside(&path)];
                if !path.is_absolute() {
                    // It is written as seen from the debug file.
                    paths.extend(in_folders(&beside.join(&path)));
                    let inner = self
                        .folders
                        .iter()
                        .map(|folder| folder.join(".build-id/00").join(&path));
                    paths.extend(inner);
                }
                if let Some(below) = path.to_str().and_then(|text| text.split_once(".dwz/")) {
                    paths.extend(in_folders(&Path::new(".dwz").join(below.1)));
                }
                paths.extend(build_id_path(build_id).map_or(Vec::new(), |path| in_folders(&path)));
                paths
            }
            Wanted::Split { folder, path } => {
                let path = path_of(path);
                let mut paths = vec![path_of(folder).join(&path)];
                if let Some(name) = path.file_name() {
                    paths.push(beside.join(name));
                }
                paths.push(beside.join(&path));
                paths
            }
            Wanted::Package => {
                let mut name = self.path.clone().into_os_string();
                name.push(".dwp");
                vec![PathBuf::from(name)]
            }
        }
    }
}

impl DebugFiles for FolderFiles {
    fn find(&self, wanted: Wanted<'_>) -> Option<FileBytes> {
        self.candidates(wanted)
            .iter()
            .find_map(|path| map_regular(path))
    }
}

/// `/proc/PID/root` of a path below it.
fn process_root(path: &Path) -> Option<PathBuf> {
    let below = path.strip_prefix("/proc").ok()?;
    let mut parts = below.components();
    let (process, root) = (parts.next()?, parts.next()?);
    (root.as_os_str() == "root").then(|| Path::new("/proc").join(process).join(root))
}

/// An absolute path as seen from another root.
fn below(root: &Path, path: &Path) -> PathBuf {
    root.join(path.strip_prefix("/").unwrap_or(path))
}

/// `.build-id/ab/cdef….debug`
fn build_id_path(id: &[u8]) -> Option<PathBuf> {
    let (first, rest) = id.split_first()?;
    let rest: String = rest.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(PathBuf::from(format!(".build-id/{first:02x}/{rest}.debug")))
}

fn map_regular(path: &Path) -> Option<FileBytes> {
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(O_NONBLOCK)
        .open(path)
        .ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    // SAFETY: the bytes are only read. One that is cut short meanwhile ends the process by a signal: indexes of foreign files
    // are built in a process of its own.
    let map = unsafe { Mmap::map(&file) }.ok()?;
    Some(Box::new(map))
}
