//! Call frame information (DWARF 5, section 6.4) out of `.eh_frame` and `.debug_frame`.

mod cie;
mod eh_frame_header;
mod entries;
mod expression;
mod landing;
mod pointer;
mod program;
mod rows;
mod sections;
mod signal_frame;
mod state;

pub(crate) use entries::CfiSection;
pub(crate) use rows::CfiRows;
pub(crate) use sections::{debug_frame_of, eh_frame_of};
pub(crate) use state::UNSUPPORTED_RULE;
