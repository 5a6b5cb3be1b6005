//! Findings that are known and do not count, in a file.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use gosleuth_base::{Finding, Fingerprint, Suppressed, SuppressedBy};
use serde::{Deserialize, Serialize};

/// The file. Only fingerprints count; the rest is for whoever reads it.
#[derive(Serialize, Deserialize)]
struct Baseline {
    version: u32,
    findings: Vec<Known>,
}

#[derive(Serialize, Deserialize)]
struct Known {
    fingerprint: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    file: String,
    #[serde(default)]
    message: String,
}

/// Writes the findings that count.
pub(crate) fn write(findings: &[Finding], path: &Path) -> Result<()> {
    let baseline = Baseline {
        version: 1,
        findings: findings
            .iter()
            .filter(|finding| finding.suppressed.is_none())
            .map(|finding| Known {
                fingerprint: finding.fingerprint.to_string(),
                code: finding.code.to_string(),
                file: finding.location.file.clone(),
                message: finding.message.clone(),
            })
            .collect(),
    };
    let mut text = serde_json::to_string_pretty(&baseline)?;
    text.push('\n');
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// Marks the findings that a file knows. A fingerprint that is there twice stands for two findings.
pub(crate) fn apply(findings: &mut [Finding], path: &Path) -> Result<()> {
    let shown = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read the baseline {shown}"))?;
    let baseline: Baseline =
        serde_json::from_str(&text).with_context(|| format!("the baseline {shown} is not one that gosleuth wrote"))?;
    ensure!(
        baseline.version == 1,
        "the baseline {shown} has version {}, this gosleuth knows 1",
        baseline.version
    );
    let mut known: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    for one in &baseline.findings {
        let fingerprint = Fingerprint::parse(&one.fingerprint)
            .with_context(|| format!("{:?} in the baseline {shown} is no fingerprint", one.fingerprint))?;
        *known.entry(fingerprint).or_default() += 1;
    }
    for finding in findings.iter_mut().filter(|finding| finding.suppressed.is_none()) {
        if let Some(left) = known.get_mut(&finding.fingerprint).filter(|left| **left > 0) {
            *left -= 1;
            finding.suppressed = Some(Suppressed {
                by: SuppressedBy::Baseline,
                reason: String::new(),
            });
        }
    }
    Ok(())
}
