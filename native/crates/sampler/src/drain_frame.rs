//! One drain as bytes, laid out as native/definitions says.
use crate::{bytes::bytes_of, definitions::*, process_events::ProcessEvent, stack_ring::Stacks};

pub struct DrainParts<'a> {
    pub from_ns: u64,
    pub to_ns: u64,
    pub tallies: &'a [u64],
    pub counts: &'a [CountRecord],
    pub stacks: &'a Stacks,
    pub events: &'a [ProcessEvent],
    pub lost_process_events: u64,
}

pub fn encode(parts: &DrainParts<'_>) -> Vec<u8> {
    let header = DrainHeader {
        magic: DRAIN_MAGIC,
        version: DRAIN_VERSION,
        from_ns: parts.from_ns,
        to_ns: parts.to_ns,
        tallies: parts.tallies.len() as u32,
        counts: parts.counts.len() as u32,
        stacks: parts.stacks.count,
        events: parts.events.len() as u32,
        lost_process_events: parts.lost_process_events,
    };
    let mut frame = Vec::with_capacity(size_hint(parts));
    frame.extend_from_slice(bytes_of(&header));
    for tally in parts.tallies {
        frame.extend_from_slice(&tally.to_ne_bytes());
    }
    for record in parts.counts {
        frame.extend_from_slice(bytes_of(record));
    }
    frame.extend_from_slice(&parts.stacks.bytes);
    for event in parts.events {
        let text = &event.text[..event.text.len().min(u16::MAX as usize & !7)];
        frame.extend_from_slice(bytes_of(&EventRecord {
            text_bytes: text.len() as u16,
            ..event.record
        }));
        frame.extend_from_slice(text);
        frame.resize(frame.len().next_multiple_of(8), 0);
    }
    frame
}

fn size_hint(parts: &DrainParts<'_>) -> usize {
    256 + size_of_val(parts.counts) + parts.stacks.bytes.len() + parts.events.len() * 192
}
