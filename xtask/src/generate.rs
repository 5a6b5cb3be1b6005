//! Files derived from code: each generator names the files it owns and what they must hold.
//!
//! To add one, write a module below `generate/` with a function `fn files() -> Result<Vec<Generated>>` and list it in
//! `GENERATORS`. The files are committed; the test below fails when they are out of date.

mod catalogue;
mod cli;
mod indexes;
mod rules;
mod schema;
pub(crate) mod std;

use ::std::path::PathBuf;

use anyhow::{Context as _, Result, bail};

use crate::repository;

/// One committed file and the contents it must have.
pub(crate) struct Generated {
    /// Path below the root of the repository.
    pub(crate) path: PathBuf,
    /// The whole file.
    pub(crate) contents: Vec<u8>,
}

impl Generated {
    /// A file with these contents.
    pub(crate) fn new(path: impl Into<PathBuf>, contents: impl Into<Vec<u8>>) -> Self {
        Self {
            path: path.into(),
            contents: contents.into(),
        }
    }
}

/// What is generated only when it is named.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Part {
    /// The summary of the standard library
    Std,
}

/// Directories of which every file is generated: one that no generator names any more is removed (or reported).
const OWNED: &[&str] = &["contrib/man", "contrib/completions", "docs/catalogue", "docs/rules"];

const GENERATORS: &[fn() -> Result<Vec<Generated>>] = &[
    catalogue::files,
    cli::files,
    indexes::files,
    rules::files,
    schema::files,
];

/// Writes every file that differs.
pub(crate) fn write() -> Result<()> {
    let (stale, orphans) = differences()?;
    for file in stale {
        let path = repository::root().join(&file.path);
        ::std::fs::create_dir_all(path.parent().expect("a file stands in a directory"))?;
        ::std::fs::write(&path, &file.contents).with_context(|| format!("cannot write {}", file.path.display()))?;
    }
    for orphan in orphans {
        ::std::fs::remove_file(repository::root().join(orphan))?;
    }
    Ok(())
}

/// Fails if a file differs from what its generator says.
pub(crate) fn check() -> Result<()> {
    let (stale, orphans) = differences()?;
    let names: Vec<String> = stale
        .iter()
        .map(|file| &file.path)
        .chain(&orphans)
        .map(|path| path.display().to_string())
        .collect();
    if !names.is_empty() {
        bail!("out of date, run `cargo xtask generate`: {}", names.join(", "));
    }
    Ok(())
}

/// Files whose contents differ, and files in owned directories that no generator names.
fn differences() -> Result<(Vec<Generated>, Vec<PathBuf>)> {
    let root = repository::root();
    let mut stale = Vec::new();
    let mut named = Vec::new();
    for generator in GENERATORS {
        for file in generator()? {
            named.push(file.path.clone());
            if ::std::fs::read(root.join(&file.path)).ok().as_deref() != Some(&file.contents) {
                stale.push(file);
            }
        }
    }
    let mut orphans = Vec::new();
    for directory in OWNED {
        let Ok(entries) = ::std::fs::read_dir(root.join(directory)) else {
            continue;
        };
        for entry in entries {
            let path = PathBuf::from(directory).join(entry?.file_name());
            if !named.contains(&path) {
                orphans.push(path);
            }
        }
    }
    orphans.sort();
    Ok((stale, orphans))
}

#[cfg(test)]
mod tests {
    /// Whoever changes a flag, a catalogue entry or the schema and forgets to generate learns it from `cargo test`.
    #[test]
    fn committed_files_are_up_to_date() {
        if let Err(error) = super::check() {
            panic!("{error}");
        }
    }
}
