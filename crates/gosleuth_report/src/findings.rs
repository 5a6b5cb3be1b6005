//! Every output format of findings.
//!
//! Findings come sorted and are written in that order, each of them: there is no limit. Suppressed ones are part of the formats that have
//! a word for it (JSON, SARIF) and are counted in the others.

mod ci;
mod json;
mod markdown;
mod sarif;
mod schedule;
mod sequence;
mod source;
mod text;

use std::collections::BTreeMap;
use std::io;

use gosleuth_base::{Finding, Problem, RuleCode, RuleInfo, Severity};

use crate::RenderOptions;

#[cfg(feature = "schema")]
pub use json::check_schema;

/// A form of findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingFormat {
    /// For a person at a terminal, with excerpts of the source.
    #[default]
    Text,
    /// One line a finding.
    Concise,
    /// One versioned document, described by `docs/schema/check.v1.json`.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML: one test case a finding.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// Code quality report of GitLab.
    Gitlab,
    /// For a ticket or a pull request.
    Markdown,
}

/// What a check found, with what is needed to show it.
#[derive(Clone, Debug)]
pub struct CheckReport<'a> {
    /// Sorted, suppressed ones included.
    pub findings: &'a [Finding],
    /// Every rule, by code.
    pub rules: &'a [RuleInfo],
    /// What could not be read or understood.
    pub problems: &'a [Problem],
    /// How much was looked at.
    pub stats: CheckStats,
    /// Texts of the files that findings are in, by path; an excerpt is left out where there is none.
    pub sources: &'a BTreeMap<String, Vec<u8>>,
    /// Also say how many findings each rule has (text only).
    pub statistics: bool,
    /// What other tools said of the same code, by tool; only forms for machines of continuous integration show it.
    pub remarks: &'a [ToolRemark],
}

/// A place that another tool complains of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolRemark {
    /// `gofmt`, `vet`
    pub tool: &'static str,
    /// The path of the file, as findings name it.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// What it says.
    pub message: String,
}

/// How much a check looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CheckStats {
    /// Packages, tests not counted apart.
    pub packages: usize,
    /// Files.
    pub files: usize,
    /// Lines in them.
    pub lines: usize,
    /// Rules that ran.
    pub rules: usize,
}

impl CheckReport<'_> {
    fn rule(&self, code: RuleCode) -> Option<&RuleInfo> {
        let at = self.rules.binary_search_by_key(&code, |rule| rule.code).ok()?;
        Some(&self.rules[at])
    }

    fn name(&self, code: RuleCode) -> &'static str {
        self.rule(code).map_or("", |rule| rule.name)
    }

    /// The findings that count.
    fn active(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }

    fn source(&self, file: &str) -> &[u8] {
        self.sources.get(file).map_or(&[], Vec::as_slice)
    }

    /// `3 findings (2 errors, 1 warning) in 12 packages, 4 suppressed`
    fn summary(&self) -> String {
        let count = |severity: Severity| self.active().filter(|finding| finding.severity == severity).count();
        let suppressed = self.findings.len() - self.active().count();
        let mut text = match self.active().count() {
            0 => "no findings".to_owned(),
            total => {
                let parts: Vec<_> = [Severity::Error, Severity::Warning, Severity::Advice]
                    .into_iter()
                    .filter(|&severity| count(severity) > 0)
                    .map(|severity| match severity {
                        // There is no plural of advice.
                        Severity::Advice => format!("{} advice", count(severity)),
                        _ => plural(count(severity), severity.as_str()),
                    })
                    .collect();
                format!("{} ({})", plural(total, "finding"), parts.join(", "))
            }
        };
        text.push_str(&format!(
            " in {}, {}",
            plural(self.stats.packages, "package"),
            plural(self.stats.files, "file")
        ));
        if suppressed > 0 {
            text.push_str(&format!("; {suppressed} suppressed"));
        }
        if !self.problems.is_empty() {
            text.push_str(&format!("; {}", plural(self.problems.len(), "problem")));
        }
        text
    }
}

fn plural(count: usize, word: &str) -> String {
    let number = gosleuth_base::thousands(count as u64);
    format!("{number} {word}{}", if count == 1 { "" } else { "s" })
}

/// Writes one finding with its whole schedule, the source of each step and a picture of who acts when: as text, or as a page of HTML.
///
/// # Errors
///
/// Only those of `out`.
pub fn write_schedule(
    html: bool,
    report: &CheckReport<'_>,
    finding: &Finding,
    options: &RenderOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    if html {
        sequence::write(report, finding, out)
    } else {
        schedule::write_whole(report, finding, options, out)
    }
}

/// Writes findings in one format.
///
/// # Errors
///
/// Only those of `out`.
pub fn write_findings(
    format: FindingFormat,
    report: &CheckReport<'_>,
    options: &RenderOptions,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    match format {
        FindingFormat::Text => text::write(report, options, out),
        FindingFormat::Concise => text::write_concise(report, options, out),
        FindingFormat::Json => json::write(report, options, out),
        FindingFormat::Sarif => sarif::write(report, options, out),
        FindingFormat::Junit => ci::write_junit(report, out),
        FindingFormat::Github => ci::write_github(report, out),
        FindingFormat::Gitlab => ci::write_gitlab(report, out),
        FindingFormat::Markdown => markdown::write(report, out),
    }
}
