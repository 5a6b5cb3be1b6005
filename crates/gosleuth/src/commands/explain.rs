//! `gosleuth explain`: the pages of rules and of the catalogue at the terminal, the same as in `docs/rules` and `docs/catalogue`.

#[rustfmt::skip]
mod pages;

use anyhow::{Result, bail};

use gosleuth_rules::{RULES, find_rule};
use serde_json::json;

use crate::args::{ExplainArgs, PageFormatArg};
use crate::{Exit, Io};

pub(crate) fn run(args: &ExplainArgs, io: &mut Io<'_>) -> Result<Exit> {
    let text = match &args.entry {
        Some(id) => page(id, args.format)?,
        None => list(),
    };
    io.stdout.write_all(text.as_bytes())?;
    Ok(Exit::Clean)
}

/// The page of a rule or an entry.
fn page(id: &str, format: PageFormatArg) -> Result<String> {
    let (mut facts, page) = if let Some(rule) = find_rule(id) {
        (super::rules::json(&rule.info), rule.page())
    } else if let Ok(index) = pages::PAGES.binary_search_by_key(&id, |(id, _)| id) {
        (json!({"id": id}), body(pages::PAGES[index].1).to_owned())
    } else {
        bail!("{}", unknown(id));
    };
    if format != PageFormatArg::Json {
        return Ok(page);
    }
    facts["version"] = json!(1);
    facts["page"] = json!(page);
    Ok(serde_json::to_string_pretty(&facts)? + "\n")
}

/// The page without the comment for whoever edits it.
fn body(page: &str) -> &str {
    page.strip_prefix("<!--")
        .and_then(|page| page.split_once("-->"))
        .map_or(page, |(_, body)| body)
        .trim_start()
}

fn list() -> String {
    let width = pages::PAGES.iter().map(|(id, _)| id.len()).max().unwrap_or_default();
    let mut text = String::new();
    for rule in RULES {
        text.push_str(&format!(
            "{:width$}  {}: {}\n",
            rule.info.code, rule.info.name, rule.info.summary
        ));
    }
    for (id, page) in pages::PAGES {
        let title = body(page).lines().next().unwrap_or_default().trim_start_matches("# ");
        text.push_str(&format!("{id:width$}  {title}\n"));
    }
    text
}

/// A sentence that names the entries somebody may have meant.
fn unknown(id: &str) -> String {
    let words: Vec<&str> = id
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| word.len() > 2)
        .collect();
    let near: Vec<&str> = pages::PAGES
        .iter()
        .map(|(id, _)| *id)
        .filter(|known| words.iter().any(|word| known.contains(word)))
        .take(5)
        .collect();
    let hint = if near.is_empty() {
        String::new()
    } else {
        format!("; near are {}", near.join(", "))
    };
    format!("there is no rule and no entry of the catalogue `{id}`{hint}; `gosleuth explain` lists all")
}
