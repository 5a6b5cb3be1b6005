//! Lines that changed since a revision, as Git says.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use gosleuth_base::Finding;

/// Changed lines by file, relative to the working directory.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// First line and the one behind the last.
    lines: BTreeMap<String, Vec<(u32, u32)>>,
}

impl Changes {
    /// Whether the finding, or another party of it, is on a changed line.
    pub(crate) fn contains(&self, finding: &Finding) -> bool {
        let related = finding.related.iter().map(|related| &related.location);
        std::iter::once(&finding.location).chain(related).any(|place| {
            self.lines.get(&place.file).is_some_and(|ranges| {
                ranges
                    .iter()
                    .any(|&(first, end)| first <= place.end_line && place.line < end)
            })
        })
    }
}

/// What changed in `directory` since a revision, committed or not; files that Git does not know are new from end to end.
pub(crate) fn since(revision: &str, directory: &Path) -> Result<Changes> {
    let diff = git(
        directory,
        &[
            "diff",
            "--no-color",
            "--no-ext-diff",
            "--unified=0",
            "--relative",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--end-of-options",
            revision,
            "--",
            ".",
        ],
    )?;
    let mut changes = parse(&diff);
    let unknown = git(
        directory,
        &["ls-files", "-z", "--others", "--exclude-standard", "--", "."],
    )?;
    for file in unknown.split('\0').filter(|file| !file.is_empty()) {
        changes.lines.insert(file.to_owned(), vec![(1, u32::MAX)]);
    }
    Ok(changes)
}

fn git(directory: &Path, words: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .arg("-c")
        .arg("core.quotePath=false")
        .args(words)
        .current_dir(directory)
        .output()
        .context("cannot run git, which --new-from needs")?;
    if !output.status.success() {
        bail!("git: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Reads a diff without context lines.
fn parse(diff: &str) -> Changes {
    let mut changes = Changes::default();
    let mut file = None;
    for line in diff.lines() {
        if let Some(path) = line.strip_prefix("+++ ") {
            file = path
                .strip_prefix("b/")
                .map(|path| path.trim_end_matches('\t').to_owned());
        } else if let Some(rest) = line.strip_prefix("@@ -")
            && let Some(file) = &file
            && let Some(range) = rest.split('+').nth(1).and_then(|rest| rest.split(' ').next())
        {
            let (first, count) = range.split_once(',').unwrap_or((range, "1"));
            if let (Ok(first), Ok(count)) = (first.parse::<u32>(), count.parse::<u32>())
                && count > 0
            {
                let ranges = changes.lines.entry(file.clone()).or_default();
                ranges.push((first, first.saturating_add(count)));
            }
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hunks() {
        let diff = "diff --git a/x.go b/x.go\n--- a/x.go\n+++ b/x.go\n@@ -1,0 +2,3 @@ func f() {\n+a\n@@ -9 +12 @@\n-x\n+y\n\
                    @@ -20,2 +22,0 @@\n--- a/gone.go\n+++ /dev/null\n@@ -1,3 +0,0 @@\n";
        let expected = BTreeMap::from([("x.go".to_owned(), vec![(2, 5), (12, 13)])]);
        assert_eq!(parse(diff).lines, expected);
    }
}
