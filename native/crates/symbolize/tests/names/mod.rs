//! The shortest way to a name.

use strata_symbolize::Index;

/// The linkage name of the function that is really there (nothing that is inlined into it), or `?`.
pub fn name_at(index: &Index<Vec<u8>>, address: u64) -> String {
    let outermost = index
        .location_at(address)
        .and_then(|location| index.frames(location).last());
    let name = outermost
        .and_then(|frame| frame.function)
        .and_then(|function| index.linkage_name(function));
    name.map_or("?".into(), |name| {
        String::from_utf8_lossy(name).into_owned()
    })
}
