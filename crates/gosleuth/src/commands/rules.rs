//! `gosleuth rules`: every rule in a line.

use std::fmt::Write as _;

use anyhow::Result;
use gosleuth_base::RuleInfo;
use gosleuth_rules::{Selection, SelectionInput, all_infos};
use serde_json::json;

use crate::args::{PageFormatArg, RulesArgs};
use crate::{Exit, Io};

pub(crate) fn run(args: &RulesArgs, io: &mut Io<'_>) -> Result<Exit> {
    let select = if args.words.is_empty() {
        vec!["ALL".to_owned()]
    } else {
        args.words.clone()
    };
    let selection = Selection::new(&SelectionInput {
        select,
        ..SelectionInput::default()
    })?;
    let rules: Vec<_> = all_infos()
        .into_iter()
        .filter(|rule| selection.contains(rule.code))
        .collect();
    let text = match args.format {
        PageFormatArg::Text => text(&rules),
        PageFormatArg::Markdown => markdown(&rules),
        PageFormatArg::Json => {
            let rules: Vec<_> = rules.iter().map(json).collect();
            serde_json::to_string_pretty(&json!({"version": 1, "rules": rules}))? + "\n"
        }
    };
    io.stdout.write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}

fn text(rules: &[RuleInfo]) -> String {
    let width = rules.iter().map(|rule| rule.name.len()).max().unwrap_or(0);
    let mut out = String::new();
    for rule in rules {
        let (set, fix) = (rule.set.as_str(), rule.fix.as_str());
        let _ = writeln!(
            out,
            "{}  {:width$}  {set:7}  {fix:7}  {}",
            rule.code, rule.name, rule.summary
        );
    }
    out
}

fn markdown(rules: &[RuleInfo]) -> String {
    let mut out = String::from("| code | name | finds | set | fix |\n|---|---|---|---|---|\n");
    for rule in rules {
        let (set, fix) = (rule.set.as_str(), rule.fix.as_str());
        let _ = writeln!(
            out,
            "| {} | {} | {} | {set} | {fix} |",
            rule.code, rule.name, rule.summary
        );
    }
    out
}

/// A rule as `rules` and `explain` show it to programs.
pub(crate) fn json(rule: &RuleInfo) -> serde_json::Value {
    json!({
        "code": rule.code.to_string(),
        "name": rule.name,
        "family": rule.code.family.prefix(),
        "summary": rule.summary,
        "set": rule.set.as_str(),
        "severity": rule.severity.as_str(),
        "fix": rule.fix.as_str(),
        "symptoms": rule.symptoms.iter().map(ToString::to_string).collect::<Vec<_>>(),
    })
}
