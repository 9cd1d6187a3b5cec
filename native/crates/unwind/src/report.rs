/// Why a row could not be put as a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unsupported {
    /// No instruction says where the CFA is.
    NoCfa,
    /// The CFA's expression has a form that is not evaluated.
    CfaExpression,
    /// The CFA is based on a register that is no general one.
    CfaRegister,
    /// The return address stays in a register that is no general one.
    NoReturnAddress,
    /// The return address is in a place that is not evaluated.
    ReturnAddressRule,
    /// The caller's stack pointer is not the CFA.
    StackPointerRule,
    /// A signal frame that is not laid out as the kernel does it.
    SignalLayout,
    /// An offset that the rule has no room for.
    OffsetTooLarge,
    /// An instruction that is not known, or not whole, came before.
    Instruction,
    /// The file has more rules than a row can name.
    TooManyRules,
}

impl Unsupported {
    /// In the order of `BuildReport::unsupported`.
    pub const ALL: [Self; 10] = [
        Self::NoCfa,
        Self::CfaExpression,
        Self::CfaRegister,
        Self::NoReturnAddress,
        Self::ReturnAddressRule,
        Self::StackPointerRule,
        Self::SignalLayout,
        Self::OffsetTooLarge,
        Self::Instruction,
        Self::TooManyRules,
    ];
}

/// What was seen while a table was built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuildReport {
    /// Frame descriptions that cover code.
    pub functions: u64,
    /// Frame descriptions whose start is not in an executable PT_LOAD: of code that the linker left out, as a rule.
    pub outside: u64,
    /// Entries that cannot be read, or are of a kind that is not known.
    pub malformed: u64,
    /// Frame descriptions of `.debug_frame` for code that `.eh_frame` describes.
    pub repeated: u64,
    /// Bytes of code without a supported rule, by cause: `unsupported[cause as usize]`.
    pub unsupported: [u64; Unsupported::ALL.len()],
}
