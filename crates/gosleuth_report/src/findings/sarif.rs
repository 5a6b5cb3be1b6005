//! SARIF 2.1.0, as code scanning services read it.

use std::io;

use gosleuth_base::{Finding, Fix, Location, Severity, SuppressedBy};
use serde_json::{Value, json};

use super::{CheckReport, json, source};
use crate::RenderOptions;

pub(super) fn write(report: &CheckReport<'_>, options: &RenderOptions, out: &mut dyn io::Write) -> io::Result<()> {
    let rules: Vec<Value> = report
        .rules
        .iter()
        .map(|rule| {
            json!({
                "id": rule.code.to_string(),
                "name": rule.name,
                "shortDescription": {"text": rule.summary},
                "defaultConfiguration": {"level": level(rule.severity)},
                "properties": {"family": rule.code.family.prefix(), "set": rule.set.as_str()},
            })
        })
        .collect();
    let notifications: Vec<Value> = report
        .problems
        .iter()
        .map(|problem| json!({"level": "warning", "message": {"text": problem.to_string()}}))
        .collect();
    let mut runs = vec![json!({
        "tool": {"driver": {"name": "gosleuth", "semanticVersion": options.version, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": true, "toolExecutionNotifications": notifications}],
        "results": report.findings.iter().map(|finding| result(report, finding)).collect::<Vec<_>>(),
    })];
    // What other tools say is a run of each of them.
    for remarks in report.remarks.chunk_by(|a, b| a.tool == b.tool) {
        let results = remarks.iter().map(|remark| {
            json!({
                "ruleId": remark.tool,
                "level": "error",
                "message": {"text": remark.message},
                "locations": [{"physicalLocation": {
                    "artifactLocation": {"uri": uri(&remark.file)},
                    "region": {"startLine": remark.line.max(1)},
                }}],
            })
        });
        runs.push(json!({
            "tool": {"driver": {"name": remarks[0].tool}},
            "results": results.collect::<Vec<_>>(),
        }));
    }
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": runs,
    });
    json::write_document(&document, out)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Advice => "note",
    }
}

fn result(report: &CheckReport<'_>, finding: &Finding) -> Value {
    let mut text = format!("{}.", finding.message);
    for (word, part) in [("Why", &finding.why), ("Do", &finding.action)] {
        if !part.is_empty() {
            text.push_str(&format!("\n{word}: {part}."));
        }
    }
    let mut result = json!({
        "ruleId": finding.code.to_string(),
        "level": level(finding.severity),
        "message": {"text": text},
        "locations": [location(report, &finding.location)],
        "partialFingerprints": {"gosleuth/v1": finding.fingerprint.to_string()},
        "properties": {"confidence": finding.confidence.as_str()},
    });
    if let Ok(index) = report.rules.binary_search_by_key(&finding.code, |rule| rule.code) {
        result["ruleIndex"] = json!(index);
    }
    if !finding.related.is_empty() {
        let related = finding.related.iter().enumerate().map(|(id, related)| {
            let mut place = location(report, &related.location);
            place["id"] = json!(id);
            place["message"] = json!({"text": related.label});
            place
        });
        result["relatedLocations"] = related.collect();
    }
    if !finding.schedule.is_empty() {
        let steps = finding.schedule.iter().enumerate().map(|(index, step)| {
            let mut place = location(report, &step.location);
            let waits = step.waits_for.as_ref().map(|waits| format!(", and waits for {waits}"));
            let text = format!("{}: {}{}", step.goroutine, step.action, waits.unwrap_or_default());
            place["message"] = json!({"text": text});
            (
                step.goroutine.as_str(),
                json!({"executionOrder": index + 1, "location": place}),
            )
        });
        // One thread flow a goroutine; the order over all of them is that of `executionOrder`.
        let mut threads: Vec<(&str, Vec<Value>)> = Vec::new();
        for (goroutine, step) in steps {
            match threads.iter_mut().find(|(name, _)| *name == goroutine) {
                Some((_, steps)) => steps.push(step),
                None => threads.push((goroutine, vec![step])),
            }
        }
        let threads = threads
            .into_iter()
            .map(|(name, steps)| json!({"id": name, "message": {"text": name}, "locations": steps}));
        result["codeFlows"] = json!([{"threadFlows": threads.collect::<Vec<_>>()}]);
    }
    if let Some(fix) = &finding.fix {
        result["fixes"] = json!([sarif_fix(report, fix)]);
    }
    if let Some(suppressed) = &finding.suppressed {
        let kind = match suppressed.by {
            SuppressedBy::Directive => "inSource",
            SuppressedBy::Baseline => "external",
        };
        result["suppressions"] = json!([{"kind": kind, "justification": suppressed.reason}]);
    }
    result
}

fn location(report: &CheckReport<'_>, place: &Location) -> Value {
    let text = report.source(&place.file);
    let column = |line: u32, column: u32| match source::line(text, line) {
        Some(line) => source::char_column(&line, column),
        None => column,
    };
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(&place.file)},
            "region": {
                "startLine": place.line.max(1),
                "startColumn": column(place.line, place.column).max(1),
                "endLine": place.end_line.max(1),
                "endColumn": column(place.end_line, place.end_column).max(1),
            },
        },
    });
    if !place.function.is_empty() {
        location["logicalLocations"] = json!([{"fullyQualifiedName": place.function, "kind": "function"}]);
    }
    location
}

fn sarif_fix(report: &CheckReport<'_>, fix: &Fix) -> Value {
    let mut files: Vec<&str> = fix.edits.iter().map(|edit| edit.file.as_str()).collect();
    files.dedup();
    let changes = files.into_iter().map(|file| {
        let text = report.source(file);
        let replacements = fix.edits.iter().filter(|edit| edit.file == file).map(|edit| {
            let at = |offset: u32| {
                let (line, column) = source::line_column(text, offset);
                let column = source::line(text, line).map_or(column, |line| source::char_column(&line, column));
                (line, column)
            };
            let ((start_line, start_column), (end_line, end_column)) = (at(edit.start), at(edit.end));
            json!({
                "deletedRegion": {
                    "startLine": start_line, "startColumn": start_column, "endLine": end_line, "endColumn": end_column,
                },
                "insertedContent": {"text": edit.text},
            })
        });
        json!({"artifactLocation": {"uri": uri(file)}, "replacements": replacements.collect::<Vec<_>>()})
    });
    json!({"description": {"text": fix.title}, "artifactChanges": changes.collect::<Vec<_>>()})
}

/// A path as a reference: relative ones stay relative.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    if path.starts_with('/') {
        out.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'\\' => out.push('/'),
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' | b'@' | b'+' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a/b c.go"), "a/b%20c.go");
        assert_eq!(uri("/x/ä.go"), "file:///x/%C3%A4.go");
    }
}
