//! Call frame information as gimli reads it, row by row and in words: what the tables are compared with. Shares no code with them.

mod words;

use gimli::{
    BaseAddresses, DebugFrame, EhFrame, EndianSlice, FrameDescriptionEntry, LittleEndian,
    UnwindContext, UnwindSection,
};
use miniz_oxide::inflate::decompress_to_vec_zlib;
use object::{Architecture, CompressionFormat, Object, ObjectSection};

type Bytes<'data> = EndianSlice<'data, LittleEndian>;
type Fde<'data> = FrameDescriptionEntry<Bytes<'data>>;

/// Where a function is, and which of its section's descriptions is about it.
struct Extent {
    start: u64,
    end: u64,
    description: usize,
}

/// One section's descriptions.
struct Descriptions<'data, Section> {
    section: Section,
    bases: BaseAddresses,
    all: Vec<Fde<'data>>,
    /// By start; of equal starts the one to be believed last.
    extents: Vec<Extent>,
}

/// What a file says about its code.
pub struct Reference<'data> {
    eh_frame: Option<Descriptions<'data, EhFrame<Bytes<'data>>>>,
    debug_frame: Option<Descriptions<'data, DebugFrame<Bytes<'data>>>>,
    arm64: bool,
}

impl<'data> Reference<'data> {
    /// `None` for what has no call frame information. `is_code` tells which addresses are. What is unpacked stays in memory.
    pub fn of(bytes: &'data [u8], is_code: impl Fn(u64) -> bool) -> Option<Self> {
        let file = object::File::parse(bytes).ok()?;
        let data_of = |name: &str| -> Option<&'data [u8]> {
            let section = file.section_by_name(name)?;
            let packed = section.compressed_data().ok()?;
            match packed.format {
                CompressionFormat::None => Some(packed.data),
                CompressionFormat::Zlib => Some(decompress_to_vec_zlib(packed.data).ok()?.leak()),
                _ => None,
            }
        };
        let address_of = |name: &str| Some(file.section_by_name(name)?.address());
        let mut bases = BaseAddresses::default();
        for (name, set) in [
            (".eh_frame", BaseAddresses::set_eh_frame as fn(_, _) -> _),
            (".text", BaseAddresses::set_text),
            (".got", BaseAddresses::set_got),
        ] {
            if let Some(address) = address_of(name) {
                bases = set(bases, address);
            }
        }
        let reference = Self {
            eh_frame: data_of(".eh_frame").map(|data| {
                Descriptions::of(EhFrame::new(data, LittleEndian), bases.clone(), &is_code)
            }),
            debug_frame: data_of(".debug_frame").map(|data| {
                let mut section = DebugFrame::new(data, LittleEndian);
                section.set_address_size(8);
                Descriptions::of(section, bases, &is_code)
            }),
            arm64: file.architecture() == Architecture::Aarch64,
        };
        (reference.functions() > 0).then_some(reference)
    }

    pub fn functions(&self) -> usize {
        self.eh_frame.as_ref().map_or(0, |d| d.extents.len())
            + self.debug_frame.as_ref().map_or(0, |d| d.extents.len())
    }

    /// Start and end of a function, by its number.
    pub fn function(&self, number: usize) -> (u64, u64) {
        let eh_frame = self.eh_frame.as_ref().map_or(&[][..], |d| &d.extents);
        let debug_frame = self.debug_frame.as_ref().map_or(&[][..], |d| &d.extents);
        let extent = eh_frame.iter().chain(debug_frame).nth(number);
        extent.map_or((0, 0), |extent| (extent.start, extent.end))
    }

    /// The rule for an address in words; `None` where gimli gives up.
    pub fn rule_at(&self, address: u64) -> Option<String> {
        let covering = self.covering(address).or_else(|| {
            // Padding goes with the function before.
            let (end, next) = self.around(address)?;
            let padding =
                next - end < 16 && next.is_multiple_of((next - end + 1).next_power_of_two());
            padding.then(|| self.covering(end - 1))?
        });
        let Some((place, at)) = covering else {
            return Some("no-rule".to_owned());
        };
        let at = address.min(at);
        match place {
            Place::EhFrame(number) => self.eh_frame.as_ref()?.words(number, at, self.arm64),
            Place::DebugFrame(number) => self.debug_frame.as_ref()?.words(number, at, self.arm64),
        }
    }

    /// The description for an address, and the last address it is about.
    fn covering(&self, address: u64) -> Option<(Place, u64)> {
        let from_eh_frame = self.eh_frame.as_ref().and_then(|d| d.covering(address));
        let (place, extent) = match from_eh_frame {
            Some(extent) => (Place::EhFrame(extent.description), extent),
            None => {
                let extent = self.debug_frame.as_ref()?.covering(address)?;
                (Place::DebugFrame(extent.description), extent)
            }
        };
        Some((place, extent.end - 1))
    }

    /// Where the last function before an address ends, and the next one starts.
    fn around(&self, address: u64) -> Option<(u64, u64)> {
        let all = || {
            let eh_frame = self.eh_frame.as_ref().map_or(&[][..], |d| &d.extents);
            let debug_frame = self.debug_frame.as_ref().map_or(&[][..], |d| &d.extents);
            [eh_frame, debug_frame]
        };
        let before = all().into_iter().filter_map(|extents| {
            let behind = extents.partition_point(|extent| extent.start <= address);
            extents[behind.saturating_sub(8)..behind]
                .iter()
                .map(|e| e.end)
                .max()
        });
        let after = all().into_iter().filter_map(|extents| {
            let behind = extents.partition_point(|extent| extent.start <= address);
            extents.get(behind).map(|extent| extent.start)
        });
        Some((before.max()?, after.min()?))
    }
}

enum Place {
    EhFrame(usize),
    DebugFrame(usize),
}

impl<'data, Section: UnwindSection<Bytes<'data>>> Descriptions<'data, Section> {
    fn of(section: Section, bases: BaseAddresses, is_code: impl Fn(u64) -> bool) -> Self {
        let mut all = Vec::new();
        let mut entries = section.entries(&bases);
        while let Ok(Some(entry)) = entries.next() {
            if let gimli::CieOrFde::Fde(partial) = entry
                && let Ok(fde) = partial.parse(Section::cie_from_offset)
                && fde.initial_address() != 0
                && fde.len() > 0
                && is_code(fde.initial_address())
            {
                all.push(fde);
            }
        }
        let mut extents: Vec<Extent> = all
            .iter()
            .enumerate()
            .map(|(description, fde)| Extent {
                start: fde.initial_address(),
                end: fde.end_address(),
                description,
            })
            .collect();
        extents.sort_by_key(|e| (e.start, u64::MAX - e.end, usize::MAX - e.description));
        Self {
            section,
            bases,
            all,
            extents,
        }
    }

    fn covering(&self, address: u64) -> Option<&Extent> {
        let behind = self
            .extents
            .partition_point(|extent| extent.start <= address);
        self.extents[behind.saturating_sub(64)..behind]
            .iter()
            .rev()
            .find(|extent| address < extent.end)
    }

    fn words(&self, number: usize, address: u64, arm64: bool) -> Option<String> {
        let fde = self.all.get(number)?;
        let mut context = UnwindContext::new();
        let row = fde
            .unwind_info_for_address(&self.section, &self.bases, &mut context, address)
            .ok()?;
        Some(words::of_row(row, fde.cie(), &self.section, arm64))
    }
}
