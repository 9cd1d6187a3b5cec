//! Unwind tables on disk, by build ID (or content hash where there is none), so that a restart does not build them again.
use std::{
    fs::{self, File},
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::PathBuf,
    time::SystemTime,
};

use strata_symbolize::{BuildIdKind, ReadCache, describe};
use strata_unwind::UnwindTable;

use crate::definitions::UNWIND_VERSION;

/// Of all files; those not used for the longest leave first.
const FOLDER_BYTES_MOST: u64 = 512 << 20;
const CHECKSUM_BYTES: usize = 4;

/// A folder of `<build ID>-<size>.v<version>` files: an encoded table and, little-endian, the CRC-32C of it.
pub struct TableCache {
    folder: PathBuf,
}

impl TableCache {
    /// Makes the folder, for its owner alone.
    pub fn open(folder: PathBuf) -> io::Result<Self> {
        use std::os::unix::fs::DirBuilderExt;
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)?;
        Ok(Self { folder })
    }

    /// What a file's table is kept under; `None` for files that are not described, which have no table either.
    pub fn key_of(file: &File) -> Option<String> {
        let described = describe(&ReadCache::new(file)).ok()?;
        let about = file.metadata().ok()?;
        let key = described.build_id.to_string().replace(':', "-");
        // Tools that move sections leave a build ID as it is; and a content hash is of the ends of a file only.
        let key = format!("{key}-{:x}", about.len());
        Some(match described.build_id.kind {
            BuildIdKind::HtlHash => format!(
                "{key}-{:x}-{:x}-{:x}-{:x}",
                about.dev(),
                about.ino(),
                about.mtime(),
                about.mtime_nsec()
            ),
            BuildIdKind::Gnu | BuildIdKind::Go => key,
        })
    }

    /// `None` when it is not there, or is not what was written.
    pub fn read(&self, key: &str) -> Option<UnwindTable> {
        let path = self.path_of(key);
        let bytes = fs::read(&path).ok()?;
        let (table, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM_BYTES)?)?;
        if crc32c::crc32c(table).to_le_bytes() != checksum {
            return None;
        }
        let table = UnwindTable::decode(table).ok()?;
        // When it was used; where that cannot be said it leaves the sooner.
        let _ = File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
        Some(table)
    }

    pub fn write(&self, key: &str, table: &UnwindTable) -> io::Result<()> {
        let mut bytes = vec![0; table.encoded_bytes()];
        table.encode(&mut bytes);
        bytes.extend_from_slice(&crc32c::crc32c(&bytes).to_le_bytes());
        let unfinished = self.path_of(&format!("{key}.unfinished"));
        let written = File::create(&unfinished)
            .and_then(|mut file| file.write_all(&bytes))
            .and_then(|()| fs::rename(&unfinished, self.path_of(key)));
        if written.is_err() {
            // Half a table on a full disk is worse than none; that it may not go either changes nothing.
            let _ = fs::remove_file(&unfinished);
        }
        written?;
        self.evict()
    }

    fn path_of(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.v{UNWIND_VERSION}"))
    }

    fn evict(&self) -> io::Result<()> {
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            let about = entry.metadata()?;
            files.push((about.modified()?, about.len(), entry.path()));
        }
        files.sort();
        let mut bytes: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, size, path) in files {
            if bytes <= FOLDER_BYTES_MOST {
                break;
            }
            fs::remove_file(path)?;
            bytes -= size;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    #[test]
    fn files_without_build_id_that_differ_in_their_middle_have_keys_of_their_own() {
        let folder = std::env::temp_dir().join(format!("strata-cache-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let keys: Vec<_> = [200, 600]
            .iter()
            .map(|bytes| {
                let (source, program) = (
                    folder.join("frame.c"),
                    folder.join(format!("frame-{bytes}")),
                );
                let text = format!(
                    "void use(char *); void use(char *p) {{ p[0] = 1; }}\nint main() {{ char b[{bytes}]; use(b); return b[0]; }}\n"
                );
                fs::write(&source, text).unwrap();
                let mut compiler = Command::new("gcc");
                compiler.args(["-O1", "-Wl,--build-id=none", "-o"]);
                assert!(
                    compiler
                        .arg(&program)
                        .arg(&source)
                        .status()
                        .unwrap()
                        .success()
                );
                let again = TableCache::key_of(&File::open(&program).unwrap());
                assert_eq!(
                    TableCache::key_of(&File::open(&program).unwrap()),
                    again
                );
                again.unwrap()
            })
            .collect();
        fs::remove_dir_all(&folder).unwrap();
        assert_ne!(keys[0], keys[1]);
    }
}
