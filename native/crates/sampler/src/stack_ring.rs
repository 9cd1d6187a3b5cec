//! Stacks that the kernel hands over at first sight.
use std::{cell::RefCell, rc::Rc};

use libbpf_rs::{MapHandle, RingBuffer, RingBufferBuilder};

use crate::{definitions::*, error::SamplerError};

/// What is kept while nobody drains.
const WAITING_BYTES_MOST: usize = 16 << 20;

/// Bytes of stack records, one after the other, each a StackRecord and its addresses.
#[derive(Default)]
pub struct Stacks {
    pub bytes: Vec<u8>,
    pub count: u32,
}

pub struct StackRing {
    ring: RingBuffer<'static>,
    received: Rc<RefCell<Stacks>>,
}

// SAFETY: `received` is shared only between this value and the callback it owns; both move together and are used by one thread
// at a time, because every use needs `&mut self`.
unsafe impl Send for StackRing {}

impl StackRing {
    pub fn new(map: &MapHandle) -> Result<Self, SamplerError> {
        let received = Rc::new(RefCell::new(Stacks::default()));
        let into = Rc::clone(&received);
        let failed = |error: libbpf_rs::Error| {
            SamplerError::new(
                ErrorCode::LoadFailed,
                format!("The ring of stacks could not be mapped: {error}."),
            )
        };
        let mut builder = RingBufferBuilder::new();
        let take = move |record: &[u8]| {
            let mut stacks = into.borrow_mut();
            stacks.bytes.extend_from_slice(record);
            stacks.count += 1;
            0
        };
        builder.add(map, take).map_err(failed)?;
        let ring = builder.build().map_err(failed)?;
        Ok(Self { ring, received })
    }

    /// What arrived since the last call to `take` is kept, up to a bound: after it the ring fills, and the kernel counts
    /// what it drops.
    pub fn receive(&mut self) {
        if self.received.borrow().bytes.len() < WAITING_BYTES_MOST {
            self.ring.consume_raw();
        }
    }

    pub fn take(&mut self) -> Stacks {
        // All of it, whatever waits: the counts that are drained with it name these stacks.
        self.ring.consume_raw();
        self.received.take()
    }
}
