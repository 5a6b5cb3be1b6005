//! `gosleuth explain`: the pages of the catalogue at the terminal, the same as in `docs/catalogue`.

#[rustfmt::skip]
mod pages;

use anyhow::{Result, bail};

use crate::args::ExplainArgs;
use crate::{Exit, Io};

pub(crate) fn run(args: &ExplainArgs, io: &mut Io<'_>) -> Result<Exit> {
    let text = match &args.entry {
        Some(id) => match pages::PAGES.binary_search_by_key(&id.as_str(), |(id, _)| id) {
            Ok(index) => body(pages::PAGES[index].1).to_owned(),
            Err(_) => bail!("{}", unknown(id)),
        },
        None => list(),
    };
    io.stdout.write_all(text.as_bytes())?;
    Ok(Exit::Clean)
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
    format!("the catalogue has no entry `{id}`{hint}; `gosleuth explain` lists all")
}
