use strata_definitions::{
    OUTCOME_COMPLETE, OUTCOME_COUNT, OUTCOME_EXITING, OUTCOME_KERNEL_ONLY,
    OUTCOME_NO_FRAME_POINTER, OUTCOME_NO_RULE, OUTCOME_NO_TABLE, OUTCOME_NOT_ABOVE,
    OUTCOME_NOT_CODE, OUTCOME_READ_FAULT, OUTCOME_REGISTER_LOST, OUTCOME_TRUNCATED,
    OUTCOME_UNSUPPORTED_RULE,
};

const NAMES: [(usize, &str); OUTCOME_COUNT] = [
    (OUTCOME_COMPLETE, "COMPLETE"),
    (OUTCOME_NO_RULE, "NO_RULE"),
    (OUTCOME_UNSUPPORTED_RULE, "UNSUPPORTED_RULE"),
    (OUTCOME_NO_TABLE, "NO_TABLE"),
    (OUTCOME_NOT_CODE, "NOT_CODE"),
    (OUTCOME_NO_FRAME_POINTER, "NO_FRAME_POINTER"),
    (OUTCOME_NOT_ABOVE, "NOT_ABOVE"),
    (OUTCOME_REGISTER_LOST, "REGISTER_LOST"),
    (OUTCOME_READ_FAULT, "READ_FAULT"),
    (OUTCOME_TRUNCATED, "TRUNCATED"),
    (OUTCOME_KERNEL_ONLY, "KERNEL_ONLY"),
    (OUTCOME_EXITING, "EXITING"),
];

/// As native/definitions names it.
pub fn outcome_name(outcome: usize) -> &'static str {
    let known = NAMES.iter().find(|(number, _)| *number == outcome);
    known.map_or("UNKNOWN", |(_, name)| name)
}

pub fn outcome_of_name(name: &str) -> Option<usize> {
    let known = NAMES.iter().find(|(_, known)| *known == name);
    known.map(|(outcome, _)| *outcome)
}
