use crate::cfi::pointer::{Bases, Encoding};
use crate::cfi::program::{Context, Program};
use crate::cfi::signal_frame::SignalRegisters;
use crate::cfi::state::State;
use crate::machine::Machine;
use crate::reader::{EndOfBytes, Read, Reader};

/// What the descriptions of many functions have in common (DWARF 5, section 6.4.1; augmentations: Linux Standard Base 5.0, Core,
/// section 10.6.1.1.1).
#[derive(Clone, Debug)]
pub(crate) struct Cie {
    /// Where the entry begins in its section.
    pub offset: usize,
    pub code_alignment: u64,
    pub data_alignment: i64,
    pub return_register: u64,
    /// How `.eh_frame` writes addresses.
    pub encoding: Encoding,
    /// Bytes that stand before an address in `.debug_frame`.
    pub segment_selector_bytes: usize,
    /// A block of augmentation data follows a function's addresses.
    pub has_augmentation_data: bool,
    /// Registers described so far, where this is about signal frames.
    pub signal: Option<Box<SignalRegisters>>,
    /// After the initial instructions.
    pub initial: State,
}

impl Cie {
    /// `reader` reads the section up to the entry's end and stands behind the identifier; `offset` is where the entry begins.
    pub fn parse(
        mut reader: Reader<'_>,
        offset: usize,
        machine: Machine,
        bases: &Bases<'_, '_>,
    ) -> Read<Self> {
        let version = reader.u8()?;
        if !matches!(version, 1 | 3 | 4) {
            return Err(EndOfBytes);
        }
        let augmentation = reader.text()?;
        if augmentation == b"eh" {
            // A pointer of GCC 2.
            reader.u64()?;
        }
        let mut segment_selector_bytes = 0;
        if version == 4 {
            if reader.u8()? != 8 {
                return Err(EndOfBytes);
            }
            segment_selector_bytes = usize::from(reader.u8()?);
        }
        let mut cie = Self {
            offset,
            code_alignment: reader.uleb()?,
            data_alignment: reader.sleb()?,
            return_register: if version == 1 {
                u64::from(reader.u8()?)
            } else {
                reader.uleb()?
            },
            encoding: Encoding::ABSOLUTE,
            segment_selector_bytes,
            has_augmentation_data: false,
            signal: None,
            initial: State::START,
        };
        match augmentation.split_first() {
            None => {}
            Some((b'z', letters)) => {
                cie.has_augmentation_data = true;
                let length = usize::try_from(reader.uleb()?).map_err(|_| EndOfBytes)?;
                let mut data = reader;
                reader.bytes(length)?;
                cie.read_augmentation(letters, &mut data, machine, bases.section)?;
            }
            Some(_) if augmentation == b"eh" => {}
            // Without a length it cannot be told where the instructions begin.
            Some(_) => return Err(EndOfBytes),
        }
        cie.execute(reader, machine, bases);
        Ok(cie)
    }

    /// The general register in which a call leaves the return address; `None` where it is on the stack.
    pub fn return_register_in(&self, machine: Machine) -> Option<u8> {
        u8::try_from(self.return_register)
            .ok()
            .filter(|register| *register < machine.general_registers())
    }

    fn read_augmentation(
        &mut self,
        letters: &[u8],
        data: &mut Reader<'_>,
        machine: Machine,
        section: u64,
    ) -> Read<()> {
        for letter in letters {
            match letter {
                b'L' => {
                    data.u8()?;
                }
                b'P' => Encoding(data.u8()?).skip(data, section)?,
                b'R' => self.encoding = Encoding(data.u8()?),
                // arm64 leaves its signal frames to rules like any other's.
                b'S' if machine == Machine::X86_64 => self.signal = Some(Box::default()),
                // B: return addresses are signed with key B; G: frames have memory tags.
                b'S' | b'B' | b'G' => {}
                // As libgcc does: what is meant for others is passed over, thanks to its length.
                _ => break,
            }
        }
        Ok(())
    }

    /// Executes the initial instructions, once for all functions.
    fn execute(&mut self, reader: Reader<'_>, machine: Machine, bases: &Bases<'_, '_>) {
        let mut program = Program::new(reader, State::START, self.signal.take());
        let context = Context {
            cie: self,
            machine,
            bases,
            start: 0,
        };
        while program.next_row(&context).is_some() {}
        let broken = program.broken;
        let (state, signal) = (program.state, program.signal.take());
        self.initial = if broken { State::START } else { state };
        self.signal = signal;
    }
}
