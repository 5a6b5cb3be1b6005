//! Forms that continuous integration services show: JUnit, GitHub Actions, GitLab.

use std::borrow::Cow;
use std::io;

use gosleuth_base::{Finding, Fingerprint, Severity};
use serde_json::{Value, json};

use super::{CheckReport, json};
use crate::clean::is_unsafe;

/// JUnit XML: a test case a finding, in a suite a file; one passed case where nothing was found, because empty reports count as broken.
pub(super) fn write_junit(report: &CheckReport<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let findings: Vec<&Finding> = report.active().collect();
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(
        out,
        "<testsuites name=\"gosleuth\" tests=\"{}\" failures=\"{}\">",
        (findings.len() + report.remarks.len()).max(1),
        findings.len() + report.remarks.len()
    )?;
    if findings.is_empty() && report.remarks.is_empty() {
        writeln!(
            out,
            "  <testsuite name=\"gosleuth\" tests=\"1\" failures=\"0\">\n    <testcase name=\"no findings\" classname=\"gosleuth\"/>\n  </testsuite>"
        )?;
    }
    for group in findings.chunk_by(|a, b| a.location.file == b.location.file) {
        let count = group.len();
        writeln!(
            out,
            "  <testsuite name=\"{}\" tests=\"{count}\" failures=\"{count}\">",
            xml(&group[0].location.file)
        )?;
        for finding in group {
            let place = &finding.location;
            let name = format!("{} at {}:{}", finding.code, place.line, place.column);
            writeln!(
                out,
                "    <testcase name=\"{}\" classname=\"{}\" file=\"{}\" line=\"{}\">",
                xml(&name),
                xml(&place.function),
                xml(&place.file),
                place.line
            )?;
            let text = format!("{}\nwhy: {}\ndo: {}", finding.message, finding.why, finding.action);
            writeln!(
                out,
                "      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
                finding.severity,
                xml(&finding.message),
                xml(&text)
            )?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    for remarks in report.remarks.chunk_by(|a, b| a.tool == b.tool) {
        let (tool, count) = (xml(remarks[0].tool), remarks.len());
        writeln!(
            out,
            "  <testsuite name=\"{tool}\" tests=\"{count}\" failures=\"{count}\">"
        )?;
        for remark in remarks {
            let (file, message) = (xml(&remark.file), xml(&remark.message));
            writeln!(
                out,
                "    <testcase name=\"{file}:{0}\" classname=\"{tool}\" file=\"{file}\" line=\"{0}\">\n      <failure type=\"{tool}\" message=\"{message}\">{message}</failure>\n    </testcase>",
                remark.line
            )?;
        }
        writeln!(out, "  </testsuite>")?;
    }
    writeln!(out, "</testsuites>")
}

/// Text for an element or attribute of XML. Characters that XML does not know become U+FFFD.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            c if is_unsafe(c) => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Workflow commands, which GitHub shows as annotations.
pub(super) fn write_github(report: &CheckReport<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    for finding in report.active() {
        let place = &finding.location;
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Advice => "notice",
        };
        let text = format!("{}\nwhy: {}\ndo: {}", finding.message, finding.why, finding.action);
        writeln!(
            out,
            "::{command} file={},line={},col={},endLine={},endColumn={},title={}::{}",
            property(&place.file),
            place.line,
            place.column,
            place.end_line,
            place.end_column,
            property(&format!("{} {}", finding.code, report.name(finding.code))),
            data(&text)
        )?;
    }
    for problem in report.problems {
        writeln!(out, "::warning title=gosleuth::{}", data(&problem.to_string()))?;
    }
    Ok(())
}

fn data(text: &str) -> Cow<'_, str> {
    let text: String = text
        .chars()
        .map(|c| if c != '\n' && is_unsafe(c) { '\u{fffd}' } else { c })
        .collect();
    Cow::Owned(text.replace('%', "%25").replace('\n', "%0A"))
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// The code quality report of GitLab.
pub(super) fn write_gitlab(report: &CheckReport<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut issues: Vec<Value> = report
        .active()
        .map(|finding| {
            json!({
                "check_name": finding.code.to_string(),
                "description": format!("{} {}: {}", finding.code, report.name(finding.code), finding.message),
                "fingerprint": finding.fingerprint.to_string(),
                "severity": match finding.severity {
                    Severity::Error => "critical",
                    Severity::Warning => "major",
                    Severity::Advice => "info",
                },
                "location": {
                    "path": finding.location.file,
                    "positions": {
                        "begin": {"line": finding.location.line, "column": finding.location.column},
                        "end": {"line": finding.location.end_line, "column": finding.location.end_column},
                    },
                },
            })
        })
        .collect();
    issues.extend(report.remarks.iter().enumerate().map(|(number, remark)| {
        // The number keeps those apart that say the same of one line.
        let parts = [remark.tool, &remark.file, &remark.message, &number.to_string()];
        json!({
            "check_name": remark.tool,
            "description": format!("{}: {}", remark.tool, remark.message),
            "fingerprint": Fingerprint::of(&parts).to_string(),
            "severity": "major",
            "location": {"path": remark.file, "lines": {"begin": remark.line}},
        })
    }));
    json::write_document(&issues, out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping() {
        assert_eq!(xml("a<b>&\"c\"\x1b\n"), "a&lt;b&gt;&amp;&quot;c&quot;\u{fffd}&#10;");
        assert_eq!(property("a:b,c%\n"), "a%3Ab%2Cc%25%0A");
    }
}
