use crate::elf::Segment;
use crate::error::{ErrorCode, SymbolizeError};
use crate::identity::BuildId;
use crate::index::format::*;
use crate::index::packed::{NO_LOCATION, put_location, put_range};
use crate::index::{Location, Locations, Names, SourceTexts};

/// What an index is of and was made from.
pub(crate) struct Origin {
    pub build_id: BuildId,
    pub source: SourceKind,
    pub digest: [u8; DIGEST_BYTES],
    pub generation: u32,
    pub segments: Vec<Segment>,
}

/// The code of a file: what holds from each address to the next.
pub(crate) struct CodeMap {
    pub functions: Names,
    pub files: Names,
    pub locations: Locations,
    pub texts: SourceTexts,
    /// Start and location (`NONE`: nothing is known), ascending, the last one without a location.
    pub ranges: Vec<(u64, u32)>,
}

impl CodeMap {
    pub fn new() -> Self {
        Self {
            functions: Names::new(),
            files: Names::new(),
            locations: Locations::new(),
            texts: SourceTexts::new(),
            ranges: Vec::new(),
        }
    }

    /// Adds the next range; one that says what the one before says is that one.
    pub fn push(&mut self, start: u64, location: u32) {
        if self.ranges.last().is_some_and(|last| last.0 == start) {
            self.ranges.pop();
        }
        let before = self.ranges.last().map_or(NONE, |last| last.1);
        if before != location {
            self.ranges.push((start, location));
        }
    }

    /// A function of which nothing but its name is known.
    pub fn named(&mut self, name: &[u8]) -> Result<u32, SymbolizeError> {
        let function = self.functions.intern(name)?;
        Ok(self.locations.intern(Location {
            function,
            file: NONE,
            line: 0,
            parent: NONE,
        }))
    }

    /// The bytes of the index.
    pub fn encode(&self, origin: &Origin) -> Result<Vec<u8>, SymbolizeError> {
        if self.ranges.len() >= NONE as usize || self.locations.rows().len() >= NONE as usize {
            return Err(too_large());
        }
        let mut file = vec![0; HEADER_BYTES];
        let mut parts = Parts::new(&mut file);
        for load in &origin.segments {
            parts.u64(load.offset);
            parts.u64(load.virtual_address);
            parts.u64(load.file_size);
        }
        parts.end();
        let segments = segments_of(&self.ranges);
        for segment in &segments {
            parts.u64(segment.base);
            parts.u32(segment.first_block);
            parts.u32(segment.count as u32);
        }
        parts.end();
        let (blocks, ranges) = self.packed_ranges(&segments)?;
        parts.bytes(&blocks);
        parts.end();
        parts.bytes(&ranges);
        parts.end();
        let (blocks, locations) = self.packed_locations()?;
        parts.bytes(&blocks);
        parts.end();
        parts.bytes(&locations);
        parts.end();
        for (offset, length) in self.functions.spans() {
            parts.u32(offset);
            parts.u32(length);
        }
        parts.end();
        // Paths of sources stand behind the names of functions.
        let names = self.functions.bytes().len();
        for (offset, length) in self.files.spans() {
            let offset = u32::try_from(names + offset as usize).map_err(|_| too_large())?;
            parts.u32(offset);
            parts.u32(length);
        }
        parts.end();
        parts.bytes(self.functions.bytes());
        parts.bytes(self.files.bytes());
        parts.end();
        let mut offset = 0u32;
        for (file, text) in self.texts.iter() {
            let length = u32::try_from(text.packed.len()).map_err(|_| too_large())?;
            for number in [file, text.bytes, offset, length] {
                parts.u32(number);
            }
            offset = offset.checked_add(length).ok_or_else(too_large)?;
        }
        parts.end();
        for (_, text) in self.texts.iter() {
            parts.bytes(&text.packed);
        }
        parts.end();
        let counts = [self.ranges.len() as u32, self.locations.rows().len() as u32];
        finish(&mut file, origin, counts);
        Ok(file)
    }

    /// Of each block: start, offset of what follows, location; and what follows.
    fn packed_ranges(&self, segments: &[SegmentRow]) -> Result<(Vec<u8>, Vec<u8>), SymbolizeError> {
        let (mut blocks, mut packed) = (Vec::new(), Vec::new());
        for segment in segments {
            let start = |range: &(u64, u32)| (range.0 - segment.base) as u32;
            for block in segment.ranges(&self.ranges).chunks(RANGES_A_BLOCK) {
                let mut before = (start(&block[0]), block[0].1);
                let offset = u32::try_from(packed.len()).map_err(|_| too_large())?;
                for number in [before.0, offset, before.1] {
                    blocks.extend_from_slice(&number.to_le_bytes());
                }
                for range in &block[1..] {
                    let range = (start(range), range.1);
                    put_range(&mut packed, before, range);
                    before = range;
                }
            }
        }
        Ok((blocks, packed))
    }

    /// The offset of each block, and all of them.
    fn packed_locations(&self) -> Result<(Vec<u8>, Vec<u8>), SymbolizeError> {
        let (mut blocks, mut packed) = (Vec::new(), Vec::new());
        let mut before = NO_LOCATION;
        for (id, location) in self.locations.rows().iter().enumerate() {
            if id.is_multiple_of(LOCATIONS_A_BLOCK) {
                let offset = u32::try_from(packed.len()).map_err(|_| too_large())?;
                blocks.extend_from_slice(&offset.to_le_bytes());
                before = NO_LOCATION;
            }
            put_location(&mut packed, id as u32, &before, location);
            before = *location;
        }
        Ok((blocks, packed))
    }
}

fn too_large() -> SymbolizeError {
    SymbolizeError::new(
        ErrorCode::TooLarge,
        "The file's symbols do not fit into an index: it has more than 4 billion ranges, or 4 GiB of names.",
    )
}

/// Consecutive ranges whose starts fit 32 bits when counted from `base`.
struct SegmentRow {
    base: u64,
    first: usize,
    count: usize,
    first_block: u32,
}

impl SegmentRow {
    fn blocks(&self) -> u32 {
        self.count.div_ceil(RANGES_A_BLOCK) as u32
    }

    fn ranges<'a>(&self, ranges: &'a [(u64, u32)]) -> &'a [(u64, u32)] {
        &ranges[self.first..self.first + self.count]
    }
}

fn segments_of(ranges: &[(u64, u32)]) -> Vec<SegmentRow> {
    let mut segments: Vec<SegmentRow> = Vec::new();
    for (position, (start, _)) in ranges.iter().enumerate() {
        let first_block = match segments.last_mut() {
            Some(last) if start - last.base <= u64::from(u32::MAX) => {
                last.count += 1;
                continue;
            }
            Some(last) => last.first_block + last.blocks(),
            None => 0,
        };
        segments.push(SegmentRow {
            base: *start,
            first: position,
            count: 1,
            first_block,
        });
    }
    segments
}

/// Writes part after part, and where each is into the directory.
struct Parts<'file> {
    file: &'file mut Vec<u8>,
    part: usize,
    begin: usize,
}

impl<'file> Parts<'file> {
    fn new(file: &'file mut Vec<u8>) -> Self {
        let begin = file.len().next_multiple_of(PART_ALIGNMENT);
        file.resize(begin, 0);
        Self {
            file,
            part: 0,
            begin,
        }
    }

    fn u32(&mut self, value: u32) {
        self.file.extend_from_slice(&value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.file.extend_from_slice(&value.to_le_bytes());
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.file.extend_from_slice(bytes);
    }

    fn end(&mut self) {
        let entry = AT_DIRECTORY + self.part * DIRECTORY_ENTRY_BYTES;
        let length = (self.file.len() - self.begin) as u64;
        put(self.file, entry, &(self.begin as u64).to_le_bytes());
        put(self.file, entry + 8, &length.to_le_bytes());
        self.begin = self.file.len().next_multiple_of(PART_ALIGNMENT);
        self.file.resize(self.begin, 0);
        self.part += 1;
    }
}

fn finish(file: &mut [u8], origin: &Origin, [ranges, locations]: [u32; 2]) {
    let Origin {
        build_id,
        source,
        digest,
        generation,
        ..
    } = origin;
    put(file, 0, &MAGIC);
    put(file, AT_VERSION, &FORMAT_VERSION.to_le_bytes());
    put(file, AT_LENGTH, &(file.len() as u64).to_le_bytes());
    file[AT_SOURCE_KIND] = *source as u8;
    file[AT_BUILD_ID_KIND] = build_id.kind as u8;
    file[AT_BUILD_ID_LENGTH] = build_id.bytes.len() as u8;
    put(file, AT_BUILDER_VERSION, &BUILDER_VERSION.to_le_bytes());
    put(file, AT_BUILD_ID, &build_id.bytes);
    put(file, AT_SOURCE_DIGEST, digest);
    put(file, AT_GENERATION, &generation.to_le_bytes());
    put(file, AT_RANGE_COUNT, &ranges.to_le_bytes());
    put(file, AT_LOCATION_COUNT, &locations.to_le_bytes());
    let body = crc32c::crc32c(&file[HEADER_BYTES..]);
    put(file, AT_BODY_CHECKSUM, &body.to_le_bytes());
    let header = crc32c::crc32c(&file[AT_LENGTH..HEADER_BYTES]);
    put(file, AT_HEADER_CHECKSUM, &header.to_le_bytes());
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    file[at..at + bytes.len()].copy_from_slice(bytes);
}
