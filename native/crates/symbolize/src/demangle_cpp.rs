//! C++ names by the cpp_demangle crate, with what its version 0.5 gets wrong put right.

use cpp_demangle::{BorrowedSymbol, DemangleOptions, ParseOptions};

use crate::demangle::Limited;

/// Nesting allowed; the library's default may overflow the small stack of a pool thread.
const MAX_NESTING: u32 = 64;
/// Kinds of constructors in the Itanium C++ ABI, section 5.1.4.3, in front of template arguments.
const TEMPLATE_CONSTRUCTORS: [&str; 3] = ["C1I", "C2I", "C3I"];
/// Longer names, and those with more places where the constructor's may end, keep the library's parameters: each place is parsed.
const MOST_CORRECTED_BYTES: usize = 4096;
const MOST_ENDS: usize = 64;
/// Types of numbers among template arguments, and how C++ writes such a number.
const LITERALS: [(&str, &str); 5] = [
    ("(unsigned long long)", "ull"),
    ("(unsigned long)", "ul"),
    ("(unsigned int)", "u"),
    ("(long long)", "ll"),
    ("(long)", "l"),
];
/// A pack of arguments without any (section 5.1.5.8).
const EMPTY_PACK: &str = "JE";
/// What is left of a pack of parameters or arguments that is empty.
const EMPTY_PACKS: [(&str, &str); 8] = [
    (", &&)", ")"),
    (", &)", ")"),
    (", )", ")"),
    (", >", ">"),
    (">(&&)", ">()"),
    (">(&)", ">()"),
    (", &&, ", ", "),
    ("<, ", "<"),
];

/// `None` for what is no C++ name.
pub(crate) fn demangle_cpp(name: &str) -> Option<String> {
    if !(name.starts_with("_Z") || name.starts_with("__Z") || name.starts_with("_GLOBAL_")) {
        return None;
    }
    let with_return_type = with_return_type(name);
    let name = with_return_type.as_deref().unwrap_or(name);
    let (symbol, rest) = BorrowedSymbol::with_tail_and_options(name.as_bytes(), &limits()).ok()?;
    // `memcpy@plt`, `…@@GLIBCXX_3.4`: the version goes, the fact that it is a stub stays.
    let suffix = match rest {
        b"" => "",
        b"@plt" => "@plt",
        _ if rest.starts_with(b"@") => "",
        _ => return None,
    };
    let mut options = DemangleOptions::new().recursion_limit(MAX_NESTING);
    if !suffix.is_empty() {
        // Behind parameters it would look like a part of them.
        options = options.no_params().no_return_type();
    }
    let mut out = Limited::default();
    let written = symbol.structured_demangle(&mut out, &options);
    if (written.is_err() && !out.is_full) || out.text.is_empty() {
        return None;
    }
    let mut text = tidy(name, out.text);
    text.push_str(suffix);
    Some(text)
}

fn limits() -> ParseOptions {
    ParseOptions::default().recursion_limit(MAX_NESTING)
}

/// The library takes the first parameter of a constructor template for the return type that other templates have. This is the
/// name with one, which it does not print; `None` for all other names.
fn with_return_type(name: &str) -> Option<String> {
    let is_name = |text: &str| {
        BorrowedSymbol::with_tail_and_options(text.as_bytes(), &limits())
            .is_ok_and(|(_, rest)| rest.is_empty())
    };
    if !name.starts_with("_ZN") || name.len() > MOST_CORRECTED_BYTES {
        return None;
    }
    let kinds = TEMPLATE_CONSTRUCTORS.iter();
    let first = kinds.clone().filter_map(|kind| name.find(kind)).min()?;
    // Its arguments' end, and that of the nested name: the first at which nothing is open.
    let ends = (first + 2..name.len()).filter(|end| name.as_bytes()[..*end].ends_with(b"EE"));
    let end = ends.take(MOST_ENDS).find(|end| is_name(&name[..*end]))?;
    let constructor = kinds.filter_map(|kind| name[..end].rfind(kind)).max()?;
    // In front of it is its class.
    let is_constructor = is_name(&format!("{}E", &name[..constructor]));
    (is_constructor && end < name.len()).then(|| format!("{}v{}", &name[..end], &name[end..]))
}

/// `name` is what was demangled to `text`.
fn tidy(name: &str, mut text: String) -> String {
    if name.contains(EMPTY_PACK) && !text.contains("operator") {
        for (from, to) in EMPTY_PACKS {
            if text.contains(from) {
                text = text.replace(from, to);
            }
        }
    }
    if !text.contains("(unsigned ") && !text.contains("(long") {
        return text;
    }
    for (kind, suffix) in LITERALS {
        let mut from = 0;
        while let Some(at) = text[from..].find(kind).map(|at| from + at) {
            let digits = at + kind.len();
            let sign = usize::from(text[digits..].starts_with('-'));
            let number = text[digits + sign..].bytes();
            let count = number.take_while(u8::is_ascii_digit).count();
            if count > 0 {
                text.insert_str(digits + sign + count, suffix);
                text.replace_range(at..digits, "");
            }
            from = at + 1;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As c++filt has them.
    #[test]
    fn what_the_library_gets_wrong() {
        let cases = [
            (
                "_ZNSt10unique_ptrINSt6thread6_StateESt14default_deleteIS1_EEC2IS3_vEEPS1_",
                "std::unique_ptr<std::thread::_State, std::default_delete<std::thread::_State> >::unique_ptr<std::default_delete<std::thread::_State>, void>(std::thread::_State*)",
            ),
            ("_ZN1BC1IlEET_i", "B::B<long>(long, int)"),
            (
                "_ZNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEC2IS3_EEmcRKS3_",
                "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >::basic_string<std::allocator<char> >(unsigned long, char, std::allocator<char> const&)",
            ),
            ("_ZN3TupIJiEEC2Ev", "Tup<int>::Tup()"),
            ("_ZN1BcvT_IiEEv", "B::operator int<int>()"),
            ("_Z4packIJEEvDpOT_", "void pack<>()"),
            ("_Z5packvIJEEviDpT_", "void packv<>(int)"),
            ("_Z1fRA3_i", "f(int (&) [3])"),
            ("_ZN1AILm0ELj7ELln2EE1gEv", "A<0ul, 7u, -2l>::g()"),
            ("_Z1hPFvlE", "h(void (*)(long))"),
        ];
        for (linkage, expected) in cases {
            assert_eq!(
                demangle_cpp(linkage).as_deref(),
                Some(expected),
                "{linkage}"
            );
        }
    }
}
