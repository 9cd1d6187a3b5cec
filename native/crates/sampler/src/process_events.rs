//! Decodes side-band records (perf_event_open(2), «mmap'd ring») to process events.
use crate::definitions::*;

const RECORD_LOST: u32 = 2;
const RECORD_COMM: u32 = 3;
const RECORD_EXIT: u32 = 4;
const RECORD_FORK: u32 = 7;
const RECORD_MMAP2: u32 = 10;
const MISC_COMM_EXEC: u16 = 1 << 13;
const MISC_MMAP_BUILD_ID: u16 = 1 << 14;
/// `sample_id`: pid, tid, time.
const TRAILER_BYTES: usize = 16;
/// What is kept while nobody drains; further events are counted as lost.
const EVENTS_MOST: usize = 200_000;

/// An event with its text: the file of an mmap, the command of an exec.
pub struct ProcessEvent {
    pub record: EventRecord,
    pub text: Vec<u8>,
}

#[derive(Default)]
pub struct ProcessEvents {
    pub events: Vec<ProcessEvent>,
    /// Since start: records that the kernel had no room for, or that waited too long.
    pub lost: u64,
}

impl ProcessEvents {
    /// Adds what one record says, and shows it to `note`. Records of threads, and kinds that were not asked for, say nothing of
    /// processes.
    pub fn add(&mut self, record: &[u8], note: impl FnOnce(&ProcessEvent)) {
        let Some(kind) = u32_at(record, 0) else {
            return;
        };
        let misc = u16::from_ne_bytes([record[4], record[5]]);
        let body = &record[8..];
        if kind == RECORD_LOST {
            self.lost += u64_at(body, 8).unwrap_or(0);
            return;
        }
        let Some(event) = decode(kind, misc, body) else {
            return;
        };
        note(&event);
        if self.events.len() < EVENTS_MOST {
            self.events.push(event);
        } else {
            self.lost += 1;
        }
    }
}

fn decode(kind: u32, misc: u16, body: &[u8]) -> Option<ProcessEvent> {
    let end = body.len().checked_sub(TRAILER_BYTES)?;
    let time_ns = u64_at(body, end + 8)?;
    let base = EventRecord {
        time_ns,
        pid: u32_at(body, 0)?,
        ..Default::default()
    };
    match kind {
        RECORD_COMM if misc & MISC_COMM_EXEC != 0 => {
            let text = text_of(body.get(8..end)?);
            Some(ProcessEvent {
                record: EventRecord {
                    kind: EVENT_KIND_EXEC as u8,
                    ..base
                },
                text,
            })
        }
        RECORD_FORK | RECORD_EXIT => {
            // pid, ppid, tid, ptid: a process is a thread group's first thread.
            let (parent_pid, tid) = (u32_at(body, 4)?, u32_at(body, 8)?);
            let kind = if kind == RECORD_FORK {
                EVENT_KIND_FORK
            } else {
                EVENT_KIND_EXIT
            };
            let event = EventRecord {
                kind: kind as u8,
                parent_pid,
                ..base
            };
            (tid == base.pid).then(|| ProcessEvent {
                record: event,
                text: Vec::new(),
            })
        }
        RECORD_MMAP2 => Some(decode_mmap(base, misc, body, end)?),
        _ => None,
    }
}

fn decode_mmap(base: EventRecord, misc: u16, body: &[u8], end: usize) -> Option<ProcessEvent> {
    let (start, length) = (u64_at(body, 8)?, u64_at(body, 16)?);
    let mut record = EventRecord {
        kind: EVENT_KIND_MMAP as u8,
        start,
        end: start.saturating_add(length),
        file_offset: u64_at(body, 24)?,
        ..base
    };
    if misc & MISC_MMAP_BUILD_ID != 0 {
        let size = (*body.get(32)?).min(BUILD_ID_BYTES_MOST as u8);
        record.build_id_bytes = size;
        record.build_id[..size as usize].copy_from_slice(body.get(36..36 + size as usize)?);
    } else {
        record.device_major = u32_at(body, 32)?;
        record.device_minor = u32_at(body, 36)?;
        record.inode = u64_at(body, 40)?;
    }
    Some(ProcessEvent {
        record,
        text: text_of(body.get(64..end)?),
    })
}

/// Up to the first NUL.
fn text_of(bytes: &[u8]) -> Vec<u8> {
    bytes
        .split(|&byte| byte == 0)
        .next()
        .unwrap_or_default()
        .to_vec()
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_ne_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}
