use std::fmt;

use object::ReadRef;
use object::elf::NT_GNU_BUILD_ID;
use object::read::elf::{FileHeader, NoteIterator, ProgramHeader, SectionHeader};
use sha2::{Digest, Sha256};

use crate::elf::{ENDIAN, Elf, Header, unreadable};
use crate::error::SymbolizeError;

/// Bytes of each end of the file that go into a content hash.
const HASHED_END_BYTES: u64 = 4096;
/// Bytes of a content hash, and of the digest that stands for a Go build ID.
const HASH_BYTES: usize = 16;
/// `^[a-f0-9]{2,64}$` holds this many bytes.
pub(crate) const MAX_BUILD_ID_BYTES: usize = 32;
/// Go's note: owner `Go`, this type (`cmd/internal/buildid`).
const ELF_NOTE_GO_BUILD_ID: u32 = 4;
/// Notes read at most; real files have fewer than ten.
const MAX_NOTES: usize = 256;
/// Larger note segments are passed over.
const MAX_NOTE_BYTES: u64 = 64 << 10;

/// Where a build ID comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildIdKind {
    /// The GNU note.
    Gnu = 1,
    /// Go's note; its text is up to 83 characters of base64, so the first 16 bytes of its SHA-256 stand for it.
    Go = 2,
    /// Content hash as OpenTelemetry's profiles define `process.executable.build_id.htlhash`.
    HtlHash = 3,
}

impl BuildIdKind {
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        [Self::Gnu, Self::Go, Self::HtlHash]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// A build ID with its kind; displayed as `gnu:1f0c…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildId {
    pub kind: BuildIdKind,
    /// 1 to 32 bytes.
    pub bytes: Vec<u8>,
}

impl fmt::Display for BuildId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            BuildIdKind::Gnu => "gnu:",
            BuildIdKind::Go => "go:",
            BuildIdKind::HtlHash => "htlhash:",
        })?;
        self.bytes
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The GNU note, else Go's, else the content hash.
pub(crate) fn build_id_of<'data, R: ReadRef<'data>>(
    elf: &Elf<'data, R>,
) -> Result<BuildId, SymbolizeError> {
    let mut go = None;
    for (owner, note_type, value) in notes(elf) {
        if owner == b"GNU"
            && note_type == NT_GNU_BUILD_ID.0
            && (1..=MAX_BUILD_ID_BYTES).contains(&value.len())
        {
            return Ok(BuildId {
                kind: BuildIdKind::Gnu,
                bytes: value.to_vec(),
            });
        }
        if owner == b"Go" && note_type == ELF_NOTE_GO_BUILD_ID && !value.is_empty() {
            go.get_or_insert(value);
        }
    }
    Ok(match go {
        Some(text) => BuildId {
            kind: BuildIdKind::Go,
            bytes: Sha256::digest(text)[..HASH_BYTES].to_vec(),
        },
        None => BuildId {
            kind: BuildIdKind::HtlHash,
            bytes: content_hash(elf.data).ok_or_else(unreadable)?,
        },
    })
}

/// Owner, type and value of each note; of segments first, since section headers may be gone.
fn notes<'data, R: ReadRef<'data>>(elf: &Elf<'data, R>) -> Vec<(&'data [u8], u32, &'data [u8])> {
    let headers = elf
        .header
        .program_headers(ENDIAN, elf.data)
        .unwrap_or_default();
    let of_segments = headers
        .iter()
        .filter(|header| header.p_filesz(ENDIAN) <= MAX_NOTE_BYTES)
        .filter_map(|header| header.notes(ENDIAN, elf.data).ok().flatten());
    let of_sections = elf
        .sections
        .iter()
        .filter(|section| section.sh_size(ENDIAN) <= MAX_NOTE_BYTES)
        .filter_map(|section| section.notes(ENDIAN, elf.data).ok().flatten());
    let mut found = Vec::new();
    for iterator in of_segments.chain(of_sections) {
        let mut iterator: NoteIterator<Header> = iterator;
        while let Ok(Some(note)) = iterator.next() {
            if found.len() == MAX_NOTES {
                return found;
            }
            found.push((note.name(), note.n_type(ENDIAN).0, note.desc()));
        }
    }
    found
}

/// SHA-256(first 4096 bytes ‖ last 4096 bytes ‖ length as u64 big endian), first 16 bytes.
/// Source: <https://opentelemetry.io/docs/specs/otel/profiles/mappings>.
fn content_hash<'data, R: ReadRef<'data>>(data: R) -> Option<Vec<u8>> {
    let length = data.len().ok()?;
    let end = length.min(HASHED_END_BYTES);
    let mut hash = Sha256::new();
    hash.update(data.read_bytes_at(0, end).ok()?);
    hash.update(data.read_bytes_at(length - end, end).ok()?);
    hash.update(length.to_be_bytes());
    Some(hash.finalize()[..HASH_BYTES].to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_hash_covers_both_ends_and_the_length() {
        let data: Vec<u8> = (0..6000u32).map(|i| (i % 251) as u8).collect();
        let mut other = data.clone();
        other[10] ^= 1;
        let hash = |data: &[u8]| content_hash(data).unwrap();
        assert_ne!(hash(&data), hash(&other));
        assert_ne!(hash(&data), hash(&data[..5999]));
        assert_eq!(hash(&data).len(), 16);
    }
}
