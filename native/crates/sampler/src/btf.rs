//! Where the kernel's types are described (BTF), which the programs are fitted to when they are loaded: by the kernel itself, or
//! in a file named for its release.
use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use crate::{definitions::ErrorCode, error::SamplerError};

const KERNELS_OWN: &str = "/sys/kernel/btf/vmlinux";
/// What comes with a package of the agent.
const OF_THE_PACKAGE: &str = "/usr/lib/strata/btf";

/// The file that describes the running kernel's types, or none where the kernel does so itself.
pub fn find_btf() -> Result<Option<PathBuf>, SamplerError> {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    find(
        Path::new(KERNELS_OWN),
        release.trim(),
        &folders(|name| env::var_os(name)),
    )
}

/// STRATA_BTF_FOLDER, by default `btf` in the data folder; then the package's.
fn folders(setting: impl Fn(&str) -> Option<OsString>) -> [PathBuf; 2] {
    let given = |name| {
        setting(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let data = || given("STRATA_DATA").unwrap_or_else(|| ".strata".into());
    let own = given("STRATA_BTF_FOLDER").unwrap_or_else(|| data().join("btf"));
    [own, OF_THE_PACKAGE.into()]
}

fn find(
    kernels_own: &Path,
    release: &str,
    folders: &[PathBuf],
) -> Result<Option<PathBuf>, SamplerError> {
    if kernels_own.exists() {
        return Ok(None);
    }
    let name = format!("{release}.btf");
    if let Some(file) = folders
        .iter()
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
    {
        return Ok(Some(file));
    }
    let looked_in: Vec<String> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    Err(SamplerError::new(
        ErrorCode::NoBtf,
        format!(
            "Kernel {release} does not describe its types ({} is missing), and {} has no {name}: \
             take that file from BTFHub, or make it of the kernel's debug package with \
             «pahole --btf_encode_detached={name} vmlinux», and put it there.",
            kernels_own.display(),
            looked_in.join(" or "),
        ),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RELEASE: &str = "4.18.0-80.el8.x86_64";

    fn empty_folder(name: &str) -> PathBuf {
        let folder = env::temp_dir().join(format!("strata-btf-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_file_is_needed_only_where_the_kernel_says_nothing() {
        let folder = empty_folder("kernel");
        let own = folder.join("vmlinux");
        fs::write(&own, "").unwrap();
        fs::write(folder.join(format!("{RELEASE}.btf")), "").unwrap();
        let found = find(&own, RELEASE, std::slice::from_ref(&folder)).unwrap();
        assert_eq!(found, None);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_first_folder_that_has_the_releases_file_is_taken() {
        let folders = ["first", "second", "third"].map(empty_folder);
        fs::write(folders[0].join("4.18.0.btf"), "").unwrap();
        fs::write(folders[1].join(format!("{RELEASE}.btf")), "").unwrap();
        fs::write(folders[2].join(format!("{RELEASE}.btf")), "").unwrap();
        let found = find(Path::new("/nowhere/vmlinux"), RELEASE, &folders).unwrap();
        assert_eq!(found, Some(folders[1].join(format!("{RELEASE}.btf"))));
        for folder in folders {
            fs::remove_dir_all(folder).unwrap();
        }
    }

    #[test]
    fn without_one_the_sentence_names_release_folders_and_remedy() {
        let folders = [PathBuf::from("/data/btf"), PathBuf::from("/package/btf")];
        let error = find(Path::new("/nowhere/vmlinux"), RELEASE, &folders).unwrap_err();
        assert_eq!(error.code, ErrorCode::NoBtf);
        assert_eq!(
            error.message,
            "Kernel 4.18.0-80.el8.x86_64 does not describe its types (/nowhere/vmlinux is missing), and \
             /data/btf or /package/btf has no 4.18.0-80.el8.x86_64.btf: take that file from BTFHub, or \
             make it of the kernel's debug package with «pahole --btf_encode_detached=4.18.0-80.el8.x86_64.btf \
             vmlinux», and put it there."
        );
    }

    #[test]
    fn the_folder_is_a_setting_and_lies_in_the_data_folder_without_it() {
        let first = |settings: &[(&str, &str)]| {
            let setting = |name: &str| {
                let (_, value) = settings.iter().find(|(known, _)| *known == name)?;
                Some(OsString::from(value))
            };
            folders(setting)[0].clone()
        };
        assert_eq!(first(&[]), PathBuf::from(".strata/btf"));
        assert_eq!(
            first(&[("STRATA_DATA", "/data")]),
            PathBuf::from("/data/btf")
        );
        assert_eq!(
            first(&[("STRATA_DATA", "/data"), ("STRATA_BTF_FOLDER", "/types")]),
            PathBuf::from("/types")
        );
        assert_eq!(
            first(&[("STRATA_BTF_FOLDER", "")]),
            PathBuf::from(".strata/btf")
        );
    }
}
