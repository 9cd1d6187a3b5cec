use super::*;

fn record(kind: u32, body: &[u8]) -> Vec<u8> {
    let size = (RECORD_HEADER_BYTES + body.len()) as u32;
    [&kind.to_le_bytes()[..], &size.to_le_bytes(), &[0; 8], body].concat()
}

fn numbers(list: &[u64]) -> Vec<u8> {
    list.iter()
        .flat_map(|number| number.to_le_bytes())
        .collect()
}

fn load(start: u64, size: u64, name: &str) -> Vec<u8> {
    let body = [
        numbers(&[0, 0, start, size, 0]),
        name.as_bytes().to_vec(),
        vec![0, 0xc3],
    ]
    .concat();
    record(CODE_LOAD, &body)
}

fn lines(start: u64, entries: &[(u64, u32, &[u8])]) -> Vec<u8> {
    let mut body = numbers(&[start, entries.len() as u64]);
    for (address, line, name) in entries {
        body.extend(numbers(&[*address]));
        body.extend(line.to_le_bytes());
        body.extend([0; 4]);
        body.extend(*name);
        body.push(0);
    }
    record(CODE_DEBUG_INFO, &body)
}

fn dump(records: &[Vec<u8>]) -> Vec<u8> {
    let header = [
        &MAGIC.to_le_bytes()[..],
        &1u32.to_le_bytes(),
        &40u32.to_le_bytes(),
        &[0; 28],
    ]
    .concat();
    [header, records.concat()].concat()
}

fn at(bytes: &[u8], addresses: &[u64]) -> Vec<String> {
    let dump = JitDump::parse(bytes);
    let shown = addresses
        .iter()
        .map(|address| match dump.resolve(*address) {
            Some(name) => format!("{} {}:{}", name.function, name.file, name.line),
            None => "-".into(),
        });
    shown.collect()
}

#[test]
fn functions_with_lines_and_the_last_one_holds() {
    let bytes = dump(&[
        lines(
            0x100,
            &[
                (0x100, 1, b"a.js"),
                (0x110, 2, SAME_NAME),
                (0x120, 9, b"b.js"),
            ],
        ),
        load(0x100, 0x40, "render"),
        load(0x130, 0x10, "other"),
    ]);
    assert_eq!(
        at(&bytes, &[0xff, 0x105, 0x11f, 0x12f, 0x130, 0x140]),
        [
            "-",
            "render a.js:1",
            "render a.js:2",
            "render b.js:9",
            "other :0",
            "-"
        ]
    );
}

#[test]
fn lines_of_v8_stand_behind_the_header_of_a_file() {
    let entries: [(u64, u32, &[u8]); 2] = [(0x140, 1, b"a.js"), (0x150, 2, SAME_NAME)];
    let bytes = dump(&[
        lines(0x100, &entries),
        load(0x100, 0x40, "JS:*price a.js:1:1"),
    ]);
    assert_eq!(
        at(&bytes, &[0x100, 0x110]),
        ["JS:*price a.js:1:1 a.js:1", "JS:*price a.js:1:1 a.js:2"]
    );
}

#[test]
fn lines_whose_sources_have_unreadable_names() {
    let start = 0x7fbd_5e00_2a40;
    for name in [&b"\0b/\0js"[..], b"\0\0", b"\xf4\x0f\x02\0RI\x99u/x.js"] {
        for count in [1, 2, 20] {
            let entries: Vec<(u64, u32, &[u8])> = (0..count)
                .map(|at| (start + u64::from(at), at + 1, name))
                .collect();
            let mut record = lines(start, &entries);
            let padded = record.len().next_multiple_of(ALIGNMENT);
            record.resize(padded, 0);
            record[4..8].copy_from_slice(&(padded as u32).to_le_bytes());
            let bytes = dump(&[record, load(start, 0x40, "price")]);
            assert_eq!(
                at(&bytes, &[start - 1 + u64::from(count)]),
                [format!("price :{count}")]
            );
        }
    }
}

#[test]
fn code_that_was_moved_keeps_its_lines() {
    let bytes = dump(&[
        lines(0x100, &[(0x100, 1, b"a.js"), (0x110, 2, SAME_NAME)]),
        load(0x100, 0x40, "render"),
        record(CODE_MOVE, &numbers(&[0, 0, 0x100, 0x500, 0x40, 0])),
    ]);
    assert_eq!(at(&bytes, &[0x100, 0x510]), ["-", "render a.js:2"]);
}

#[test]
fn what_is_not_whole_is_passed_over() {
    let bytes = dump(&[load(0x100, 0x40, "render"), load(0x200, 0x40, "late")]);
    assert_eq!(
        at(&bytes[..bytes.len() - 1], &[0x100, 0x200]),
        ["render :0", "-"]
    );
    for length in 0..bytes.len() {
        JitDump::parse(&bytes[..length]);
    }
}
