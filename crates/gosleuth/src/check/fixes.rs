//! Applies fixes to files, or shows what they would change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use gosleuth_base::{Edit, Finding, Fix, FixSafety};
use similar::TextDiff;

/// A file with fixes applied.
#[derive(Debug)]
pub(crate) struct EditedFile {
    /// Path as findings name it.
    shown: String,
    path: PathBuf,
    old: Vec<u8>,
    new: Vec<u8>,
    /// How many fixes begin in it.
    pub(crate) fixes: usize,
}

/// The files that fixes at least this safe change. A fix that touches what an earlier one touches is left for another round.
pub(crate) fn plan(findings: &[Finding], least: FixSafety, directory: &Path) -> Result<Vec<EditedFile>> {
    let mut edits: BTreeMap<&str, Vec<&Edit>> = BTreeMap::new();
    let mut begun: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| finding.suppressed.is_none()) {
        let Some(fix) = finding.fix.as_ref().filter(|fix| fix.safety >= least) else {
            continue;
        };
        if fix.edits.is_empty() || !fits(fix, &edits) {
            continue;
        }
        for edit in &fix.edits {
            edits.entry(&edit.file).or_default().push(edit);
        }
        *begun.entry(&fix.edits[0].file).or_default() += 1;
    }
    let mut files = Vec::new();
    for (file, mut edits) in edits {
        edits.sort();
        let path = directory.join(file);
        let old = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let new = apply(&old, &edits);
        files.push(EditedFile {
            shown: file.to_owned(),
            path,
            old,
            new,
            fixes: begun.get(file).copied().unwrap_or(0),
        });
    }
    Ok(files)
}

/// Whether a fix touches nothing that is changed already.
fn fits(fix: &Fix, edits: &BTreeMap<&str, Vec<&Edit>>) -> bool {
    fix.edits.iter().all(|edit| {
        edits.get(edit.file.as_str()).is_none_or(|others| {
            others
                .iter()
                .all(|other| edit.end < other.start || other.end < edit.start)
        })
    })
}

fn apply(old: &[u8], edits: &[&Edit]) -> Vec<u8> {
    let mut new = Vec::with_capacity(old.len() + 64);
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.start as usize, edit.end as usize);
        if start < at || end > old.len() || start > end {
            continue;
        }
        new.extend_from_slice(&old[at..start]);
        new.extend_from_slice(edit.text.as_bytes());
        at = end;
    }
    new.extend_from_slice(&old[at..]);
    new
}

/// Writes the files.
pub(crate) fn write(files: &[EditedFile]) -> Result<()> {
    for file in files {
        std::fs::write(&file.path, &file.new).with_context(|| format!("cannot write {}", file.path.display()))?;
    }
    Ok(())
}

/// The changes as a unified diff.
pub(crate) fn diff(files: &[EditedFile]) -> String {
    let mut out = String::new();
    for file in files {
        let (old, new) = (String::from_utf8_lossy(&file.old), String::from_utf8_lossy(&file.new));
        let diff = TextDiff::from_lines(&old, &new);
        let (from, to) = (format!("a/{}", file.shown), format!("b/{}", file.shown));
        out.push_str(&diff.unified_diff().header(&from, &to).to_string());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_are_applied_in_order() {
        let edit = |start, end, text: &str| Edit {
            file: "x".to_owned(),
            start,
            end,
            text: text.to_owned(),
        };
        let (first, second) = (edit(0, 1, "A"), edit(2, 2, "-"));
        assert_eq!(apply(b"abcd", &[&first, &second]), b"Ab-cd");
        assert_eq!(apply(b"ab", &[&edit(1, 9, "x")]), b"ab");
    }
}
