//! What `gosleuth check` finds, without its configuration and what it keeps between runs.

use std::ffi::OsString;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use gosleuth::{Exit, Io};
use serde_json::Value;

/// The findings of these rules in the packages that patterns mean in a directory, as the JSON format has them.
pub(super) fn of(directory: &Path, select: &str, patterns: &[String]) -> Result<Vec<Value>> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let words = [
        "gosleuth",
        "check",
        "--no-config",
        "--no-cache",
        "--format",
        "json",
        "--select",
        select,
    ];
    let words = words
        .iter()
        .map(OsString::from)
        .chain(patterns.iter().map(OsString::from));
    let exit = gosleuth::run(
        words,
        &mut Io {
            stdin: &mut std::io::empty(),
            stdout: &mut out,
            stderr: &mut err,
            color: false,
            width: None,
            directory: directory.to_owned(),
        },
    );
    ensure!(exit != Exit::Trouble, "{}", String::from_utf8_lossy(&err));
    let mut document: Value = serde_json::from_slice(&out).context("gosleuth check --format json")?;
    match document["findings"].take() {
        Value::Array(findings) => Ok(findings),
        other => bail!("no list of findings: {other}"),
    }
}

/// File and line of a finding.
pub(super) fn place(finding: &Value) -> Option<(&str, u64)> {
    let location = &finding["location"];
    Some((location["file"].as_str()?, location["line"].as_u64()?))
}
