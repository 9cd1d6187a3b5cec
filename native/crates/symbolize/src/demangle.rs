use std::fmt::{self, Write};

use crate::demangle_cpp::demangle_cpp;

/// Display names are cut here; templates of templates would go on for pages, and a few bytes can ask for gigabytes.
const MAX_DISPLAY_BYTES: usize = 2048;
/// Longer linkage names are shown as they are.
const MAX_MANGLED_BYTES: usize = 16 * 1024;
/// Suffixes of functions that a compiler split or specialised, or (`.abi0`) Go's of assembly: they are still that function.
const CLONE_SUFFIXES: [&str; 8] = [
    ".cold",
    ".part.",
    ".constprop.",
    ".isra.",
    ".lto_priv.",
    ".llvm.",
    ".hot",
    ".abi0",
];

/// The name a reader knows: C++ and Rust demangled, with parameters but without hashes, clone suffixes removed.
/// Anything else is returned as it is, with what is not UTF-8 or not printable replaced.
pub fn display_name(linkage: &[u8]) -> String {
    let text = String::from_utf8_lossy(linkage);
    let bare = without_clone_suffix(&text);
    let name = demangle_rust(bare)
        .or_else(|| (bare.len() <= MAX_MANGLED_BYTES).then(|| demangle_cpp(bare))?)
        .unwrap_or_else(|| cut(bare));
    if name.chars().any(char::is_control) {
        name.replace(char::is_control, "\u{fffd}")
    } else {
        name
    }
}

fn without_clone_suffix(name: &str) -> &str {
    let end = CLONE_SUFFIXES
        .iter()
        .filter_map(|suffix| name.find(suffix))
        .min();
    match end {
        Some(end) if end > 0 => &name[..end],
        _ => name,
    }
}

fn demangle_rust(name: &str) -> Option<String> {
    if name.len() > MAX_MANGLED_BYTES || !(name.starts_with("_R") || name.starts_with("_ZN")) {
        return None;
    }
    let demangled = rustc_demangle::try_demangle(name).ok()?;
    let mut out = Limited::default();
    // `{:#}` leaves the hash out. A full buffer ends it early, and what is there is kept.
    let _ = write!(out, "{demangled:#}");
    Some(out.text)
}

fn cut(name: &str) -> String {
    let mut out = Limited::default();
    let _ = out.write_str(name);
    out.text
}

/// Takes MAX_DISPLAY_BYTES, ends with `…` and refuses the rest.
#[derive(Default)]
pub(crate) struct Limited {
    pub text: String,
    pub is_full: bool,
}

impl Write for Limited {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        if self.is_full {
            return Err(fmt::Error);
        }
        let room = MAX_DISPLAY_BYTES - self.text.len();
        if part.len() <= room {
            self.text.push_str(part);
            return Ok(());
        }
        let end = (0..=room)
            .rev()
            .find(|end| part.is_char_boundary(*end))
            .unwrap_or(0);
        self.text.push_str(&part[..end]);
        self.text.push('…');
        self.is_full = true;
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_their_authors_wrote_them() {
        let cases = [
            ("_ZN8checkout10price_cartEv", "checkout::price_cart()"),
            (
                "_ZNSt6vectorIiSaIiEE9push_backEOi",
                "std::vector<int, std::allocator<int> >::push_back(int&&)",
            ),
            (
                "_ZN4core3fmt9Formatter9write_str17h0123456789abcdefE",
                "core::fmt::Formatter::write_str",
            ),
            ("_RNvCs4fqI2P2rA04_7mycrate3foo", "mycrate::foo"),
            ("main.(*Server).Serve", "main.(*Server).Serve"),
            ("_ZN3foo3barEv.cold", "foo::bar()"),
            ("render.constprop.0", "render"),
            ("runtime.memmove.abi0", "runtime.memmove"),
            ("_ZNSo5writeEPKcl@plt", "std::ostream::write@plt"),
            ("_Z", "_Z"),
            ("memcpy", "memcpy"),
            ("a\nb", "a\u{fffd}b"),
        ];
        for (linkage, expected) in cases {
            assert_eq!(display_name(linkage.as_bytes()), expected, "{linkage}");
        }
    }

    /// Each substitution doubles what the one before stands for.
    #[test]
    fn a_name_that_would_unfold_to_gigabytes_is_cut() {
        let bomb = format!(
            "_Z1fI1AIS_S_E{}E",
            (0..40).map(|_| "1AIS0_S0_E").collect::<String>()
        );
        assert!(display_name(bomb.as_bytes()).len() <= MAX_DISPLAY_BYTES + 3);
        assert!(display_name(&[b'a'; 100_000]).len() <= MAX_DISPLAY_BYTES + 3);
    }
}
