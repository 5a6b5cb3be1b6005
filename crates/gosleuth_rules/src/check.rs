//! Runs rules over a package.

use gosleuth_base::{Finding, Fingerprint};
use rustc_hash::FxHashMap;

use crate::context::{PackageInput, RuleContext};
use crate::refuted::is_refuted;
use crate::registry::RULES;
use crate::select::Selection;
use crate::suppress;

/// What the selected rules find in a package, sorted, those that a comment suppresses included.
pub fn check_package(input: &PackageInput<'_>, selection: &Selection) -> Vec<Finding> {
    let mut cx = RuleContext::new(input);
    cx.widen(selection);
    let mut findings = Vec::new();
    for rule in RULES {
        if selection.contains(rule.info.code) {
            (rule.check)(&cx, &mut findings);
        }
    }
    one_for_each_place(&mut findings);
    findings.retain(|finding| !is_refuted(&cx, finding));
    suppress::apply(&cx, selection, &mut findings);
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    fingerprint(&cx, &mut findings);
    findings
}

/// A rule that looks in two ways says each thing once: the first finding stays, with the schedule of the other one.
fn one_for_each_place(findings: &mut Vec<Finding>) {
    let mut places = FxHashMap::default();
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings.drain(..) {
        let place = &finding.location;
        let key = (finding.code, place.file.clone(), place.line, place.column);
        match places.get(&key) {
            None => {
                places.insert(key, kept.len());
                kept.push(finding);
            }
            Some(&at) => {
                let first: &mut Finding = &mut kept[at];
                if first.schedule.is_empty() {
                    first.schedule = finding.schedule;
                    first.confidence = first.confidence.max(finding.confidence);
                }
            }
        }
    }
    *findings = kept;
}

/// Gives each finding its identity: rule, package, function and the words of its line, and a number where these are equal. Lines that
/// move, files that are renamed and literals that are added do not change it.
fn fingerprint(cx: &RuleContext<'_>, findings: &mut [Finding]) {
    let mut seen: FxHashMap<Fingerprint, u32> = FxHashMap::default();
    for finding in findings {
        let line = cx
            .files
            .iter()
            .find(|file| file.path == finding.location.file)
            .map_or("", |file| line_text(file.text, &file.tree.lines, finding.location.line));
        let words: Vec<&str> = line.split_whitespace().collect();
        let code = finding.code.to_string();
        let words = words.join(" ");
        let parts = [code.as_str(), cx.path, declared(&finding.location.function), &words];
        let number = seen.entry(Fingerprint::of(&parts)).or_insert(0);
        finding.fingerprint = Fingerprint::of(&[parts[0], parts[1], parts[2], parts[3], &number.to_string()]);
        *number += 1;
    }
}

/// A symbol without what tells literals in one function apart.
fn declared(symbol: &str) -> &str {
    let from = symbol.rfind('/').map_or(0, |slash| slash + 1);
    let mut start = from;
    while let Some(at) = symbol[start..].find(".func") {
        let at = start + at;
        if symbol[at + 5..].starts_with(|c: char| c.is_ascii_digit()) {
            return &symbol[..at];
        }
        start = at + 5;
    }
    symbol
}

fn line_text<'t>(text: &'t [u8], lines: &[u32], line: u32) -> &'t str {
    let line = line as usize;
    let start = lines.get(line.wrapping_sub(1)).copied().unwrap_or(0) as usize;
    let end = lines.get(line).map_or(text.len(), |&end| end as usize);
    std::str::from_utf8(text.get(start..end).unwrap_or(&[])).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::declared;

    #[test]
    fn literals_belong_to_their_function() {
        assert_eq!(declared("a/b.c/p.f.func1.2"), "a/b.c/p.f");
        assert_eq!(declared("p.(*T).functional"), "p.(*T).functional");
        assert_eq!(declared("p.T.m"), "p.T.m");
    }
}
