//! What a rule is.

use gosleuth_base::{Finding, RuleInfo};

use crate::context::RuleContext;

/// A rule: what it is, its page, and how it looks at a package.
#[derive(Debug)]
pub struct Rule {
    /// What it is.
    pub info: RuleInfo,
    /// The comment above the rule, a line for each line, with the blank behind `///`.
    comment: &'static str,
    /// Appends what it finds.
    pub check: fn(&RuleContext<'_>, &mut Vec<Finding>),
}

/// The headings that every page has, in this order.
#[cfg(test)]
pub(crate) const HEADINGS: &[&str] = &[
    "What it does",
    "Why it is bad",
    "Example",
    "Use instead",
    "Runtime symptom",
    "Limits",
    "Version notes",
];

impl Rule {
    /// For the macro `rule!` only.
    pub(crate) const fn new(
        info: RuleInfo,
        comment: &'static str,
        check: fn(&RuleContext<'_>, &mut Vec<Finding>),
    ) -> Self {
        Self { info, comment, check }
    }

    /// The published page, Markdown.
    pub fn page(&self) -> String {
        let info = &self.info;
        let mut page = format!("# {} {}\n\n", info.code, info.name);
        let mut summary = info.summary.chars();
        if let Some(first) = summary.next() {
            page.extend(first.to_uppercase());
            page.push_str(summary.as_str());
            page.push_str(".\n\n");
        }
        page.push_str(&format!(
            "Family: {} · set: `{}` · severity: {} · fix: {}\n\n",
            info.code.family.title(),
            info.set.as_str(),
            info.severity,
            info.fix.as_str()
        ));
        for line in self.comment.lines() {
            page.push_str(line.strip_prefix(' ').unwrap_or(line).trim_end());
            page.push('\n');
            if line.trim() == "## Runtime symptom" && !info.symptoms.is_empty() {
                page.push('\n');
                for symptom in info.symptoms {
                    page.push_str(&format!("- {symptom}\n"));
                }
            }
        }
        page
    }
}

/// Defines the rule of a file: a comment that is its page, then its [`RuleInfo`]. The file has a function `check`.
macro_rules! rule {
    ($(#[doc = $line:literal])* RuleInfo { $($info:tt)* }) => {
        pub(crate) static RULE: $crate::rule::Rule =
            $crate::rule::Rule::new(RuleInfo { $($info)* }, concat!($($line, "\n"),*), check);
    };
}
pub(crate) use rule;
