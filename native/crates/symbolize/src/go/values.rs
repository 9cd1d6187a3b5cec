/// Values of a table by address: what holds up to which distance from the function's start (`runtime.step`).
#[derive(Default)]
pub(crate) struct Values {
    /// End of the range (not in it) and its value, ascending.
    ranges: Vec<(u64, i32)>,
}

impl Values {
    /// Reads a table for a function of `size` bytes: pairs of a change of the value and a change of the address, in variable
    /// length, up to a change of 0. `steps` are taken from what may be read of the whole file; `None` when they are used up.
    pub fn read(table: &[u8], size: u64, quantum: u64, steps: &mut u64) -> Option<Self> {
        let mut rest = table;
        let mut values = Self::default();
        let (mut value, mut distance) = (-1i32, 0u64);
        while distance < size {
            *steps = steps.checked_sub(1)?;
            let Some(change) = variable(&mut rest) else {
                break;
            };
            if change == 0 && distance != 0 {
                break;
            }
            let zigzag = (change >> 1) as i32 ^ -((change & 1) as i32);
            value = value.wrapping_add(zigzag);
            let Some(advance) = variable(&mut rest) else {
                break;
            };
            distance = distance.saturating_add(u64::from(advance).saturating_mul(quantum));
            values.ranges.push((distance.min(size), value));
        }
        Some(values)
    }

    /// `None` behind the last range.
    pub fn at(&self, distance: u64) -> Option<i32> {
        let row = self.ranges.partition_point(|(end, _)| *end <= distance);
        self.ranges.get(row).map(|(_, value)| *value)
    }

    /// Where ranges end.
    pub fn ends(&self) -> impl Iterator<Item = u64> + '_ {
        self.ranges.iter().map(|(end, _)| *end)
    }
}

fn variable(rest: &mut &[u8]) -> Option<u32> {
    let mut value = 0u32;
    for shift in (0..35).step_by(7) {
        let (&byte, behind) = rest.split_first()?;
        *rest = behind;
        value |= u32::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
