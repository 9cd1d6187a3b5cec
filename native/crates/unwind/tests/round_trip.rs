//! `encode` and `decode` against each other, and `lookup` against a walk over the rows.

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use strata_unwind::{DecodeErrorCode, UnwindRule, UnwindTable, page_of};

fn rules() -> impl Strategy<Value = Vec<UnwindRule>> {
    let rule = (
        (0u8..9, 0u8..32, 0u8..6, 0u8..6, 0u8..6),
        (
            any::<i8>(),
            any::<i16>(),
            any::<i32>(),
            any::<i16>(),
            any::<i16>(),
        ),
    )
        .prop_map(
            |(
                (kind, cfa_register, ra_place, fp_place, bx_place),
                (cfa_add, ra_offset, cfa_offset, fp_offset, bx_offset),
            )| {
                UnwindRule {
                    kind,
                    cfa_register,
                    ra_place,
                    fp_place,
                    bx_place,
                    cfa_add,
                    ra_offset,
                    cfa_offset,
                    fp_offset,
                    bx_offset,
                }
            },
        );
    vec(rule, 0..40).prop_map(|mut rules| {
        rules.insert(0, UnwindRule::default());
        rules
    })
}

/// Pages as sets of low offsets, each with a number for its rule.
fn tables() -> impl Strategy<Value = UnwindTable> {
    let page = btree_set(any::<u16>(), 0..80);
    (any::<u16>(), vec(page, 0..70), rules(), any::<u32>()).prop_map(
        |(first_page, pages, rules, seed)| {
            let mut table = UnwindTable {
                first_page: u32::from(first_page),
                rules,
                ..UnwindTable::default()
            };
            for lows in pages {
                let first_row = table.rows.len() as u32;
                for low in std::iter::once(0).chain(lows.into_iter().filter(|low| *low > 0)) {
                    let number = (seed ^ u32::from(low).wrapping_mul(0x9e37_79b9)) as usize
                        % table.rules.len();
                    table.rows.push(u32::from(low) | (number as u32) << 16);
                }
                let page = page_of(first_row, &table.rows[first_row as usize..]);
                table.pages.push(page);
            }
            table
        },
    )
}

fn encoded(table: &UnwindTable) -> Vec<u8> {
    let mut bytes = vec![0xaa; table.encoded_bytes() + 3];
    table.encode(&mut bytes);
    assert_eq!(
        bytes.split_off(table.encoded_bytes()),
        [0xaa; 3],
        "bytes beyond the table are left alone"
    );
    bytes
}

proptest! {
    #[test]
    fn what_was_encoded_is_decoded(table in tables()) {
        let bytes = encoded(&table);
        prop_assert_eq!(bytes.len() % 256, 0);
        prop_assert_eq!(UnwindTable::decode(&bytes), Ok(table));
    }

    #[test]
    fn what_was_damaged_is_refused_or_harmless(table in tables(), changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = encoded(&table);
        for (position, value) in changes {
            let position = position.index(bytes.len());
            bytes[position] = value;
        }
        if let Ok(damaged) = UnwindTable::decode(&bytes) {
            for (offset, _) in damaged.iter() {
                damaged.lookup(offset);
            }
            prop_assert_eq!(damaged.encoded_bytes(), bytes.len());
        }
    }

    #[test]
    fn a_look_up_finds_the_last_row_up_to_it(table in tables(), offsets in vec(any::<u32>(), 20)) {
        let first = u64::from(table.first_page) << 16;
        let end = first + ((table.pages.len() as u64) << 16);
        for offset in offsets {
            let offset = u64::from(offset) % (end + 0x2_0000);
            let covered = offset >= first && offset < end;
            let expected = table.iter().take_while(|(start, _)| *start <= offset).last();
            let expected = expected.filter(|_| covered).map_or(UnwindRule::default(), |(_, rule)| rule);
            prop_assert_eq!(table.lookup(offset), expected);
        }
    }
}

#[test]
fn every_refusal_has_its_code() {
    let table = UnwindTable {
        first_page: 1,
        pages: vec![page_of(0, &[0, 8])],
        rules: vec![
            UnwindRule::default(),
            UnwindRule {
                kind: 3,
                ..UnwindRule::default()
            },
        ],
        rows: vec![0, 8 | 1 << 16],
    };
    let right = encoded(&table);
    assert_eq!(right.len(), 4 * 256);
    // Header at 0, pages at 256, rules at 512, rows at 768.
    let code = |position: usize, value: u8| {
        let mut bytes = right.clone();
        bytes[position] = value;
        UnwindTable::decode(&bytes).err().map(|error| error.code)
    };
    assert_eq!(code(0, 0), Some(DecodeErrorCode::NotATable));
    assert_eq!(code(4, 0xff), Some(DecodeErrorCode::OtherVersion));
    assert_eq!(code(12, 33), Some(DecodeErrorCode::WrongLength), "pages");
    assert_eq!(code(23, 0xff), Some(DecodeErrorCode::WrongLength), "rows");
    assert_eq!(
        code(24, 0xff),
        Some(DecodeErrorCode::WrongLength),
        "block of rules"
    );
    assert_eq!(
        code(256, 1),
        Some(DecodeErrorCode::Damaged),
        "first row of a page"
    );
    assert_eq!(
        code(260, 0),
        Some(DecodeErrorCode::Damaged),
        "what holds at the end of a page's first part"
    );
    assert_eq!(code(512, 1), Some(DecodeErrorCode::Damaged), "first rule");
    assert_eq!(code(528, 200), Some(DecodeErrorCode::Damaged), "kind");
    assert_eq!(code(531, 200), Some(DecodeErrorCode::Damaged), "place");
    assert_eq!(
        code(768, 1),
        Some(DecodeErrorCode::Damaged),
        "first row not at 0"
    );
    assert_eq!(
        code(772, 0),
        Some(DecodeErrorCode::Damaged),
        "rows out of order"
    );
    assert_eq!(
        code(774, 2),
        Some(DecodeErrorCode::Damaged),
        "number of a rule"
    );
    for length in [0, 31, 255, 1023, 1025] {
        let mut bytes = right.clone();
        bytes.resize(length, 0);
        let error = UnwindTable::decode(&bytes).expect_err("cut off");
        assert_eq!(error.code, DecodeErrorCode::WrongLength);
    }
}
