use gosleuth_base::{Family, Finding, FixAvailability, FixSafety, RuleCode, RuleInfo, RuleSet, Severity};
use gosleuth_syntax::ast::Span;

use crate::context::RuleContext;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds comments that suppress findings where there are none, or name rules that do not exist.
    ///
    /// ## Why it is bad
    ///
    /// A comment that suppresses nothing today hides the next fault on its line.
    ///
    /// ## Example
    ///
    /// ```go
    /// //gosleuth:ignore GL004 -- keeps the process alive
    /// func add(a, b int) int { return a + b }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func add(a, b int) int { return a + b }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// None: this is about comments.
    ///
    /// ## Limits
    ///
    /// Only comments about rules that ran are judged.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Directives, 2),
        name: "unused-suppression",
        summary: "a comment suppresses findings where there are none",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::Safe,
        symptoms: &[],
    }
}

/// Nothing: comments are looked at when all other rules have run.
fn check(_: &RuleContext<'_>, _: &mut Vec<Finding>) {}

/// The comment at `span` has no effect.
pub(crate) fn report(cx: &RuleContext<'_>, file: usize, span: Span, why: &str, sink: &mut Vec<Finding>) {
    let source = &cx.files[file];
    let (line, column) = source.tree.line_column(span.start);
    let line_start = span.start + 1 - column;
    let before = Span::new(line_start, span.start).of(source.text);
    // Alone on its line, it goes with the line; behind code, with the blanks in front of it.
    let removed = if before.iter().all(u8::is_ascii_whitespace) {
        let next = source.tree.lines.get(line as usize).copied().unwrap_or(span.end);
        Span::new(line_start, next)
    } else {
        let blanks = before
            .iter()
            .rev()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count() as u32;
        Span::new(span.start - blanks, span.end)
    };
    cx.report(&RULE.info, file, span, "this suppression has no effect")
        .why(why)
        .action("remove it")
        .fix(FixSafety::Safe, "remove the comment", [(file, removed, "")])
        .push(sink);
}
