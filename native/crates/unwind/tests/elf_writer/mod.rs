//! Writes ELF files of which every byte is chosen.

/// A section that is not mapped: its name, `sh_flags`, address and bytes.
pub struct Section<'a> {
    pub name: &'a str,
    pub flags: u64,
    pub address: u64,
    pub bytes: &'a [u8],
}

/// Address and offset of the code, which is one executable segment of the bytes asked for.
pub const CODE: u64 = 0x1000;

/// A shared object for x86-64 with `code_bytes` of zeros as code, at the same offset as address; then the sections.
pub fn elf(code_bytes: u64, sections: &[Section<'_>]) -> Vec<u8> {
    let mut names = b"\0.shstrtab\0".to_vec();
    let mut bodies = Vec::new();
    let mut headers = vec![[0u64; 8]];
    let base = CODE + code_bytes;
    for section in sections {
        headers.push([
            names.len() as u64 | 1 << 32,
            section.flags,
            section.address,
            base + bodies.len() as u64,
            section.bytes.len() as u64,
            0,
            1,
            0,
        ]);
        names.extend(section.name.bytes().chain([0]));
        bodies.extend(section.bytes);
        bodies.resize(bodies.len().next_multiple_of(8), 0);
    }
    let names_at = base + bodies.len() as u64;
    headers.push([1 | 3 << 32, 0, 0, names_at, names.len() as u64, 0, 1, 0]);
    bodies.extend(names);
    bodies.resize(bodies.len().next_multiple_of(8), 0);
    let headers_at = base + bodies.len() as u64;

    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    let mut put = |value: u64, size: usize| bytes.extend(&value.to_le_bytes()[..size]);
    for (value, size) in [
        (3, 2),
        (62, 2),
        (1, 4),
        (0, 8),
        (64, 8),
        (headers_at, 8),
        (0, 4),
        (64, 2),
        (56, 2),
        (1, 2),
        (64, 2),
        (headers.len() as u64, 2),
        (headers.len() as u64 - 1, 2),
        // PT_LOAD, readable and executable.
        (1, 4),
        (5, 4),
        (CODE, 8),
        (CODE, 8),
        (CODE, 8),
        (code_bytes, 8),
        (code_bytes, 8),
        (0x1000, 8),
    ] {
        put(value, size);
    }
    bytes.resize(base as usize, 0);
    bytes.extend(bodies);
    for header in headers {
        bytes.extend(header.iter().flat_map(|field| field.to_le_bytes()));
    }
    bytes
}
