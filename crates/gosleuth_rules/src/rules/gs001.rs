use gosleuth_base::{Family, Finding, FixAvailability, RuleCode, RuleInfo, RuleSet, Severity};
use gosleuth_syntax::ast::Span;

use crate::context::RuleContext;
use crate::rule::rule;

rule! {
    /// ## What it does
    ///
    /// Finds comments that suppress findings and do not say why.
    ///
    /// ## Why it is bad
    ///
    /// Whoever reads the code later cannot tell whether the finding was wrong, accepted or put off.
    ///
    /// ## Example
    ///
    /// ```go
    /// func park() {
    ///     //gosleuth:ignore GL004
    ///     go func() { select {} }()
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```go
    /// func park() {
    ///     //gosleuth:ignore GL004 -- keeps the cgo callback thread alive
    ///     go func() { select {} }()
    /// }
    /// ```
    ///
    /// ## Runtime symptom
    ///
    /// None: this is about comments.
    ///
    /// ## Limits
    ///
    /// A bare `//nolint` is honoured and not asked for a reason: it speaks to other tools too. The finding stays suppressed.
    ///
    /// ## Version notes
    ///
    /// None.
    RuleInfo {
        code: RuleCode::new(Family::Directives, 1),
        name: "suppression-without-reason",
        summary: "a comment suppresses a finding and does not say why",
        set: RuleSet::Default,
        severity: Severity::Warning,
        fix: FixAvailability::None,
        symptoms: &[],
    }
}

/// Nothing: comments are looked at when all other rules have run.
fn check(_: &RuleContext<'_>, _: &mut Vec<Finding>) {}

/// The comment at `span` gives no reason.
pub(crate) fn report(cx: &RuleContext<'_>, file: usize, span: Span, sink: &mut Vec<Finding>) {
    cx.report(&RULE.info, file, span, "this suppression gives no reason")
        .why("a reader cannot tell whether the finding is wrong, accepted or put off")
        .action("write the reason behind `--` (behind `//` for nolint)")
        .push(sink);
}
