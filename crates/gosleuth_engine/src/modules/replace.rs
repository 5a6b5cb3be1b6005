//! `replace` directives.

use std::path::{Path, PathBuf};

use gosleuth_syntax::gomod::Replace;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{normal, shortened};

/// All replacements, by the path that is replaced. Those added first win.
#[derive(Debug, Default)]
pub(super) struct Replacements {
    by_path: FxHashMap<String, Vec<Replacement>>,
    /// Paths and versions that have one.
    known: FxHashSet<(String, Option<String>)>,
}

/// One replacement and the directory that its path starts from.
#[derive(Debug)]
pub(super) struct Replacement {
    replace: Replace,
    base: PathBuf,
}

impl Replacements {
    /// Takes in the directives of a file in `base`.
    pub(super) fn add(&mut self, directives: &[Replace], base: &Path) {
        for replace in directives {
            let key = (replace.old_path.clone(), replace.old_version.clone());
            if self.known.insert(key) {
                let same = self.by_path.entry(replace.old_path.clone()).or_default();
                same.push(Replacement {
                    replace: replace.clone(),
                    base: base.to_owned(),
                });
            }
        }
    }

    /// What stands in for a module: a replacement of just this version comes before one of all versions. It is not replaced again.
    pub(super) fn of(&self, path: &str, version: &str) -> Option<&Replacement> {
        let same = self.by_path.get(path)?;
        let exact = same
            .iter()
            .find(|other| other.replace.old_version.as_deref() == Some(version));
        exact.or_else(|| same.iter().find(|other| other.replace.old_version.is_none()))
    }

    /// Sentences about modules that stand in for each other, each circle once.
    pub(super) fn circles(&self) -> Vec<String> {
        let next = |path: &str| {
            let any = self.by_path.get(path)?.first()?;
            any.replace.new_version.as_ref().map(|_| any.replace.new_path.as_str())
        };
        let mut paths: Vec<&str> = self.by_path.keys().map(String::as_str).collect();
        paths.sort_unstable();
        // Each path leads to one other at most, so that every path is gone once.
        let mut walked: FxHashMap<&str, usize> = FxHashMap::default();
        let mut circles = Vec::new();
        for (walk, &start) in paths.iter().enumerate() {
            let mut chain = Vec::new();
            let mut at = Some(start);
            while let Some(path) = at.filter(|path| !walked.contains_key(path)) {
                walked.insert(path, walk);
                chain.push(path);
                at = next(path);
            }
            let closes = at.filter(|path| walked.get(path) == Some(&walk));
            let Some(place) = closes.and_then(|path| chain.iter().position(|other| *other == path)) else {
                continue;
            };
            // Told from its first module on, and a fork of the same path is no circle.
            let circle = &mut chain[place..];
            let first = circle.iter().enumerate().min_by_key(|(_, path)| **path);
            circle.rotate_left(first.map_or(0, |(place, _)| place));
            if let [first, _, ..] = *circle {
                circles.push(format!(
                    "these modules replace each other: {} => {first}; Go follows one replacement and no further",
                    shortened(circle, " => ")
                ));
            }
        }
        circles.sort();
        circles
    }
}

impl Replacement {
    /// The directory, if it is one.
    pub(super) fn directory(&self) -> Option<PathBuf> {
        self.replace
            .new_version
            .is_none()
            .then(|| normal(&self.base.join(&self.replace.new_path)))
    }

    /// The module path and version, if it is one.
    pub(super) fn module(&self) -> Option<(&str, &str)> {
        Some((&self.replace.new_path, self.replace.new_version.as_deref()?))
    }

    /// As it is written: a directory, or path and version.
    pub(super) fn text(&self) -> String {
        match &self.replace.new_version {
            Some(version) => format!("{} {version}", self.replace.new_path),
            None => self.replace.new_path.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replacements(text: &str) -> Replacements {
        let mut all = Replacements::default();
        all.add(&gosleuth_syntax::gomod::parse(text.as_bytes()).replace, Path::new("/m"));
        all
    }

    #[test]
    fn one_version_before_all_versions() {
        let all = replacements("replace a => ../all\nreplace a v1.0.0 => b v2.0.0\nreplace a => ../second\n");
        let text = |version: &str| all.of("a", version).map(Replacement::text);
        assert_eq!(text("v1.0.0").as_deref(), Some("b v2.0.0"));
        assert_eq!(text("v1.0.1").as_deref(), Some("../all"));
        assert_eq!(
            all.of("a", "v1.0.1").and_then(Replacement::directory),
            Some(PathBuf::from("/all"))
        );
        assert!(all.of("c", "v1.0.0").is_none());
    }

    #[test]
    fn circles_are_said_once() {
        let all = replacements(
            "replace b => c v1.0.0\nreplace c => a v1.0.0\nreplace a => b v1.0.0\nreplace d => d v1.0.1\nreplace e => a v1.0.0\n",
        );
        assert_eq!(
            all.circles(),
            ["these modules replace each other: a => b => c => a; Go follows one replacement and no further"]
        );
    }
}
