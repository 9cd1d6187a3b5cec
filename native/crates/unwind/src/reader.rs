/// A read beyond the end, or a number that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EndOfBytes;

pub(crate) type Read<T> = Result<T, EndOfBytes>;

/// Little-endian numbers out of a slice. Nothing is read beyond its end, and no read panics.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    left: &'a [u8],
    /// Length of what was given at first.
    whole: usize,
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self {
            left: bytes,
            whole: bytes.len(),
        }
    }

    /// Reads `bytes` from `position` on.
    pub fn at(bytes: &'a [u8], position: usize) -> Read<Self> {
        Ok(Self {
            left: bytes.get(position..).ok_or(EndOfBytes)?,
            whole: bytes.len(),
        })
    }

    /// Bytes read so far.
    pub fn position(&self) -> usize {
        self.whole - self.left.len()
    }

    pub fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    pub fn rest(&self) -> &'a [u8] {
        self.left
    }

    pub fn bytes(&mut self, count: usize) -> Read<&'a [u8]> {
        let (taken, left) = self.left.split_at_checked(count).ok_or(EndOfBytes)?;
        self.left = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (taken, left) = self.left.split_first_chunk::<N>().ok_or(EndOfBytes)?;
        self.left = left;
        Ok(*taken)
    }

    #[inline]
    pub fn u8(&mut self) -> Read<u8> {
        let (taken, left) = self.left.split_first().ok_or(EndOfBytes)?;
        self.left = left;
        Ok(*taken)
    }

    pub fn u16(&mut self) -> Read<u16> {
        self.array().map(u16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Read<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Read<u64> {
        self.array().map(u64::from_le_bytes)
    }

    /// ULEB128 (DWARF 5, section 7.6). Refuses what does not fit 64 bits.
    #[inline]
    pub fn uleb(&mut self) -> Read<u64> {
        let first = self.u8()?;
        if first < 0x80 {
            return Ok(u64::from(first));
        }
        let mut value = u64::from(first & 0x7f);
        let mut shift = 7;
        loop {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if shift >= 64 || (shift == 63 && bits > 1) {
                return Err(EndOfBytes);
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok(value);
            }
            shift += 7;
        }
    }

    /// SLEB128 (DWARF 5, section 7.6). Refuses what does not fit 64 bits.
    #[inline]
    pub fn sleb(&mut self) -> Read<i64> {
        let mut value = 0i64;
        let mut shift = 0;
        loop {
            let byte = self.u8()?;
            let bits = i64::from(byte & 0x7f);
            if shift >= 64 || (shift == 63 && bits != 0 && bits != 0x7f) {
                return Err(EndOfBytes);
            }
            value |= bits << shift;
            shift += 7;
            if byte < 0x80 {
                if byte & 0x40 != 0 && shift < 64 {
                    value |= -1i64 << shift;
                }
                return Ok(value);
            }
        }
    }

    /// A block with its ULEB128 length in front.
    pub fn block(&mut self) -> Read<&'a [u8]> {
        let length = self.uleb()?;
        self.bytes(usize::try_from(length).map_err(|_| EndOfBytes)?)
    }

    /// Text up to a zero byte, which is read too.
    pub fn text(&mut self) -> Read<&'a [u8]> {
        let length = self
            .left
            .iter()
            .position(|byte| *byte == 0)
            .ok_or(EndOfBytes)?;
        let text = self.bytes(length)?;
        self.u8()?;
        Ok(text)
    }
}
