//! Entries of `.eh_frame` and `.debug_frame`, byte for byte.

/// An entry with its length in front; padded to four bytes by DW_CFA_nop.
pub fn entry(body: &[u8]) -> Vec<u8> {
    let length = body.len().next_multiple_of(4);
    let mut entry = (length as u32).to_le_bytes().to_vec();
    entry.extend(body);
    entry.resize(4 + length, 0);
    entry
}

/// A CIE: CFA = rsp + 8, return address at CFA − 8, absolute addresses of eight bytes, then these instructions.
pub fn cie(instructions: &[u8]) -> Vec<u8> {
    let mut body = vec![0, 0, 0, 0, 1, 0, 1, 0x78, 16, 0x0c, 7, 8, 0x90, 1];
    body.extend(instructions);
    entry(&body)
}

/// An FDE that will lie at `position` of its section and names the CIE at 0.
pub fn fde(position: usize, start: u64, size: u64, instructions: &[u8]) -> Vec<u8> {
    let mut body = (position as u32 + 4).to_le_bytes().to_vec();
    body.extend(start.to_le_bytes());
    body.extend(size.to_le_bytes());
    body.extend(instructions);
    entry(&body)
}
