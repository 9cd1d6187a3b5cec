//! Compilers and other tools.

use std::path::Path;
use std::process::Command;

/// Runs a command line of words without spaces; `$1` and so on stand for the arguments.
pub fn run(command: &str, arguments: &[&Path]) -> String {
    let words = command
        .split(' ')
        .filter(|word| !word.is_empty())
        .map(|word| match word.strip_prefix('$') {
            Some(number) => arguments[number.parse::<usize>().unwrap() - 1]
                .as_os_str()
                .to_owned(),
            None => word.into(),
        });
    let words: Vec<_> = words.collect();
    let output = Command::new(&words[0]).args(&words[1..]).output().unwrap();
    assert!(
        output.status.success(),
        "{command}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}
