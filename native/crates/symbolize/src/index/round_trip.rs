//! What goes into a code map comes out of its index.

use proptest::prelude::*;

use crate::elf::Segment;
use crate::identity::{BuildId, BuildIdKind};
use crate::index::format::{DIGEST_BYTES, NONE, RANGES_A_BLOCK, SourceKind};
use crate::index::{CodeMap, Index, Location, LocationId, Origin};

/// Distance from the range before, and which of the locations holds; `None` for a gap.
type Step = (u64, Option<u32>);

fn step() -> impl Strategy<Value = Step> {
    let distance = prop_oneof![
        20 => 1u64..64,
        8 => 1u64..1_000_000,
        // Both sides of what 32 bits can say.
        1 => (1u64 << 32) - 2..(1u64 << 32) + 2,
        1 => 1u64 << 32..1u64 << 40,
    ];
    (distance, prop::option::weighted(0.8, 0u32..12))
}

/// A location of its own for each number, some of them inlined into another.
fn intern(map: &mut CodeMap, number: u32) -> u32 {
    let parent = match number % 3 {
        0 => NONE,
        _ => intern(map, number - 1),
    };
    let function = map
        .functions
        .intern(format!("f{number}").as_bytes())
        .unwrap();
    let file = map.files.intern(b"shop.cpp").unwrap();
    map.locations.intern(Location {
        function,
        file,
        line: number,
        parent,
    })
}

fn origin() -> Origin {
    Origin {
        build_id: BuildId {
            kind: BuildIdKind::Gnu,
            bytes: vec![1; 20],
        },
        source: SourceKind::Dwarf,
        digest: [7; DIGEST_BYTES],
        generation: 3,
        segments: vec![Segment {
            offset: 0,
            virtual_address: 0x1000,
            file_size: 0x2000,
        }],
    }
}

/// The lines of a location's calls, innermost first, as `intern` made them.
fn lines_of(number: u32) -> Vec<u32> {
    let first = number - number % 3;
    (first..=number).rev().collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_address_has_the_location_of_a_plain_list(
        begin in prop_oneof![Just(0u64), 0u64..1 << 48],
        steps in prop::collection::vec(step(), 0..12 * RANGES_A_BLOCK),
    ) {
        let mut map = CodeMap::new();
        let mut plain: Vec<(u64, Option<u32>)> = Vec::new();
        let mut start = begin;
        for (distance, number) in steps {
            let location = number.map_or(NONE, |number| intern(&mut map, number));
            map.push(start, location);
            plain.push((start, number));
            start += distance;
        }
        map.push(start, NONE);
        plain.push((start, None));

        let index = Index::open(map.encode(&origin()).unwrap()).unwrap();
        index.verify().unwrap();
        let starts = plain.iter().map(|range| range.0);
        // Around each start, and in the middle of each range.
        let middles = plain.windows(2).map(|pair| pair[0].0.midpoint(pair[1].0));
        let addresses = starts.flat_map(|start| [start.saturating_sub(1), start, start + 1]);
        let far = [0, begin / 2, start + (1 << 32), start + (1 << 41), u64::MAX];
        for address in addresses.chain(middles).chain(far) {
            let before = plain.partition_point(|range| range.0 <= address);
            let number = before.checked_sub(1).and_then(|row| plain[row].1);
            let expected = number.map(|number| LocationId(intern(&mut map, number)));
            let location = index.location_at(address);
            prop_assert_eq!(location, expected, "{:#x}", address);
            if let (Some(location), Some(number)) = (location, number) {
                let lines: Vec<u32> = index.frames(location).map(|frame| frame.line).collect();
                prop_assert_eq!(lines, lines_of(number));
                let function = index.frames(location).next().and_then(|frame| frame.function);
                let name = function.and_then(|function| index.linkage_name(function));
                prop_assert_eq!(name.map(<[u8]>::to_vec), Some(format!("f{number}").into_bytes()));
            }
        }
    }
}

#[test]
fn a_range_longer_than_32_bits_can_say_holds_to_its_end() {
    let mut map = CodeMap::new();
    let location = intern(&mut map, 0);
    map.push(0x1000, location);
    map.push(0x1000 + (5 << 32), NONE);
    let index = Index::open(map.encode(&origin()).unwrap()).unwrap();
    let known = [0xfff, 0x1000, 0xfff + (5 << 32), 0x1000 + (5 << 32)]
        .map(|address| index.location_at(address).is_some());
    assert_eq!(known, [false, true, true, false]);
}
