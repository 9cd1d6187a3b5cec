//! A folder for programs made on the spot.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder of this test's own, removed with it.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("symbolize-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

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
