//! Comments that say that a finding does not count.
//!
//! `//gosleuth:ignore GL001,DL -- reason` counts for its line, or, alone on a line, for the one below and for the whole declaration that
//! begins there. `//nolint:gosleuth // reason` (and a bare `//nolint`) counts for every rule.

use gosleuth_base::{Finding, Suppressed, SuppressedBy};
use gosleuth_syntax::ast::{DirectiveKind, Span};

use crate::context::{RuleContext, RuleFile};
use crate::registry::RULES;
use crate::rules::{gs001, gs002};
use crate::select::Selection;

struct Directive<'a> {
    file: usize,
    span: Span,
    /// Codes, prefixes and names; none for all rules.
    words: Vec<&'a str>,
    /// Empty where there is none.
    reason: &'a str,
    /// Whether it speaks to gosleuth alone, so that it may be found wanting.
    own: bool,
    /// First and last line it counts for.
    lines: (u32, u32),
    used: Vec<bool>,
}

/// Marks findings that a comment suppresses, and adds findings about the comments themselves.
pub(crate) fn apply(cx: &RuleContext<'_>, selection: &Selection, findings: &mut Vec<Finding>) {
    let mut directives: Vec<_> = cx
        .files
        .iter()
        .enumerate()
        .flat_map(|(index, file)| directives(index, file))
        .collect();
    if directives.is_empty() {
        return;
    }
    for finding in findings.iter_mut() {
        for directive in &mut directives {
            if cx.files[directive.file].path == finding.location.file && directive.covers(finding) {
                finding.suppressed = Some(Suppressed {
                    by: SuppressedBy::Directive,
                    reason: directive.reason.to_owned(),
                });
                break;
            }
        }
    }
    for directive in directives.iter().filter(|directive| directive.own) {
        if directive.reason.is_empty() && selection.contains(gs001::RULE.info.code) {
            gs001::report(cx, directive.file, directive.span, findings);
        }
        if selection.contains(gs002::RULE.info.code) {
            unused(cx, selection, directive, findings);
        }
    }
}

fn unused(cx: &RuleContext<'_>, selection: &Selection, directive: &Directive<'_>, findings: &mut Vec<Finding>) {
    if directive.words.is_empty() {
        let all_ran = Selection::default()
            .codes()
            .iter()
            .all(|&code| selection.contains(code));
        if all_ran && !directive.used[0] {
            gs002::report(
                cx,
                directive.file,
                directive.span,
                "no finding is here to suppress",
                findings,
            );
        }
    }
    for (word, used) in directive.words.iter().zip(&directive.used) {
        let mut named = RULES
            .iter()
            .filter(|rule| names(word, rule.info.code, rule.info.name))
            .peekable();
        if named.peek().is_none() {
            let message = format!("`{word}` is no rule");
            gs002::report(cx, directive.file, directive.span, &message, findings);
        } else if !used && named.all(|rule| selection.contains(rule.info.code)) {
            let message = format!("no finding of {word} is here to suppress");
            gs002::report(cx, directive.file, directive.span, &message, findings);
        }
    }
}

fn names(word: &str, code: gosleuth_base::RuleCode, name: &str) -> bool {
    let code = code.to_string();
    word == name
        || (word.len() >= 2
            && code
                .get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word)))
}

impl Directive<'_> {
    fn covers(&mut self, finding: &Finding) -> bool {
        let line = finding.location.line;
        if line < self.lines.0 || line > self.lines.1 {
            return false;
        }
        if self.words.is_empty() {
            self.used[0] = true;
            return true;
        }
        let name = RULES
            .iter()
            .find(|rule| rule.info.code == finding.code)
            .map_or("", |rule| rule.info.name);
        let position = self.words.iter().position(|word| names(word, finding.code, name));
        if let Some(position) = position {
            self.used[position] = true;
        }
        position.is_some()
    }
}

fn directives<'a>(index: usize, file: &RuleFile<'a>) -> Vec<Directive<'a>> {
    let mut found = Vec::new();
    for directive in &file.tree.directives {
        let Ok(text) = std::str::from_utf8(directive.span.of(file.text)) else {
            continue;
        };
        let (words, reason, own) = match directive.kind {
            DirectiveKind::Gosleuth => {
                let Some(rest) = text.strip_prefix("//gosleuth:ignore") else {
                    continue;
                };
                let (words, reason) = rest.split_once("--").unwrap_or((rest, ""));
                let words: Vec<_> = words
                    .split(|c: char| c == ',' || c.is_whitespace())
                    .filter(|word| !word.is_empty())
                    .collect();
                (words, reason.trim(), true)
            }
            DirectiveKind::Nolint => {
                let rest = text
                    .trim_start_matches('/')
                    .trim_start()
                    .strip_prefix("nolint")
                    .unwrap_or("");
                let (linters, reason) = rest.split_once("//").unwrap_or((rest, ""));
                let linters = linters.trim().strip_prefix(':');
                let own = linters.is_some_and(|list| list.split(',').any(|linter| linter.trim() == "gosleuth"));
                let all = linters.is_none_or(|list| list.split(',').any(|linter| linter.trim() == "all"));
                if !own && !all {
                    continue;
                }
                (Vec::new(), reason.trim(), own)
            }
            _ => continue,
        };
        found.push(Directive {
            file: index,
            span: directive.span,
            used: vec![false; words.len().max(1)],
            words,
            reason,
            own,
            lines: covered_lines(file, directive.span),
        });
    }
    found
}

/// The lines that a comment is about: its own if there is code before it, else the next one that is no comment, with the whole
/// declaration that begins there.
fn covered_lines(file: &RuleFile<'_>, comment: Span) -> (u32, u32) {
    let tree = file.tree;
    let (line, column) = tree.line_column(comment.start);
    let start = comment.start + 1 - column;
    let before = Span::new(start, comment.start).of(file.text);
    if before.iter().any(|byte| !byte.is_ascii_whitespace()) {
        return (line, line);
    }
    let comment_lines: Vec<_> = tree
        .comments
        .iter()
        .filter(|other| other.span.start > comment.start)
        .map(|other| tree.line_column(other.span.start).0)
        .collect();
    let mut target = line + 1;
    while comment_lines.binary_search(&target).is_ok() && is_comment_line(file, target) {
        target += 1;
    }
    for &decl in &tree.top {
        let span = tree.decls[decl].span;
        if tree.line_column(span.start).0 == target {
            return (target, tree.line_column(span.end).0);
        }
    }
    (target, target)
}

fn is_comment_line(file: &RuleFile<'_>, line: u32) -> bool {
    let start = file.tree.lines.get(line as usize - 1).copied().unwrap_or(u32::MAX) as usize;
    let rest = file.text.get(start..).unwrap_or(&[]).trim_ascii_start();
    rest.starts_with(b"//")
}
