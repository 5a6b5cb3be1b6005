//! Damaged files: tokens deleted, doubled, replaced or broken. Both parsers have to agree on whether the result is Go, and whatever is
//! damaged, the declarations around it stay as they were.

mod types;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use gosleuth_syntax::ast::{DeclKind, File, Span, SpecKind};
use gosleuth_syntax::{ParseOptions, Token, parse, tokens, validate};

use self::types::{Mentions, Typed};
use super::go::{Answer, Go};
use super::tree;

/// One damaged text.
struct Damaged {
    text: Vec<u8>,
    original: usize,
    /// What was there, in the original.
    span: Span,
    /// Bytes that were added, or taken away if negative.
    growth: i64,
    what: String,
}

/// Damages `count` files in every way, prints what does not agree, and returns it.
pub(super) fn score(go: &Go, files: &[PathBuf], count: usize) -> Result<String> {
    let mut score = String::new();
    let mut say = |text: String| {
        super::say(&text);
        score.push_str(&text);
        score.push('\n');
    };
    let mut random = Random(0x676f_736c_6575_7468);
    let mut originals = Vec::new();
    let mut damaged = Vec::new();
    let mut left = files.len();
    for path in files {
        // An even sample, in order.
        let taken = random.below(left) < count.saturating_sub(originals.len());
        left -= 1;
        if !taken {
            continue;
        }
        let text = std::fs::read(path).with_context(|| path.display().to_string())?;
        let tokens = tokens(&text).tokens;
        if tokens.is_empty() {
            continue;
        }
        for kind in 0..KINDS {
            let token = tokens[random.below(tokens.len())];
            damaged.push(damage(&text, &tokens, token, kind, originals.len(), &mut random));
        }
        originals.push((path, text));
    }
    let texts: Vec<Vec<u8>> = damaged.iter().map(|damaged| damaged.text.clone()).collect();
    let (mut rejected, mut differing, mut position) = (0, 0, 0);
    let (mut away, mut lost, mut invalid) = (0, 0, 0);
    let (mut typed, mut known, mut retyped) = (0, 0, 0);
    let mut lines = Vec::new();
    go.answers(texts.into_iter(), |answer| {
        let damaged = &damaged[position];
        position += 1;
        let (path, original) = &originals[damaged.original];
        let file = parse(&damaged.text, ParseOptions::default());
        if let Err(broken) = validate(&file, &damaged.text) {
            invalid += 1;
            say(format!(
                "{}:{}: {}: {broken}",
                go.shown(path),
                damaged.span.start,
                damaged.what
            ));
        }
        let agree = match (&answer, file.errors.is_empty()) {
            (Answer::Reject(_), ours) => {
                rejected += 1;
                !ours
            }
            (Answer::Accept(hash), true) => {
                tree::write(&file, &damaged.text, &mut lines);
                tree::hash(&lines) == *hash
            }
            (Answer::Accept(_), false) => false,
        };
        if !agree {
            differing += 1;
            let error = file.errors.first().map_or("accepted", |error| error.message.as_str());
            say(format!(
                "{}:{}: {}: {error}; go/parser: {answer:?}",
                go.shown(path),
                damaged.span.start,
                damaged.what
            ));
            keep(differing, &damaged.text)?;
        }
        let whole = parse(original, ParseOptions::default());
        let before = outline(&whole);
        let after = outline(&file);
        let mut partners = Vec::new();
        for entry in &before {
            let span = damaged.moved(entry.span);
            let partner = span.and_then(|span| after.iter().position(|it| it.span == span && it.what == entry.what));
            partners.push(partner);
            if span.is_none() {
                continue;
            }
            away += 1;
            if partner.is_none() {
                lost += 1;
                say(format!(
                    "{}:{}: {}: lost {} at {}",
                    go.shown(path),
                    damaged.span.start,
                    damaged.what,
                    entry.what,
                    entry.span.start
                ));
            }
        }
        let added = (0..after.len()).filter(|&at| !partners.contains(&Some(at)));
        let changed: Vec<&Entry> = (0..before.len())
            .filter(|&at| partners[at].is_none())
            .map(|at| &before[at])
            .chain(added.map(|at| &after[at]))
            .collect();
        // The names that an import brings are not all in the text.
        if changed.iter().any(|entry| entry.is_import()) {
            return Ok(());
        }
        let apart = Mentions::new(original, &before).apart(&before, &partners, &changed);
        let (typed_before, typed_after) = (Typed::new(original, &whole), Typed::new(&damaged.text, &file));
        for (entry, partner) in before.iter().zip(&partners).zip(apart).filter(|it| it.1).map(|it| it.0) {
            let Some(partner) = *partner else { continue };
            if entry.is_import() {
                continue;
            }
            let types = typed_before.within(&whole, entry.span);
            let now = typed_after.within(&file, after[partner].span);
            typed += types.len();
            known += types.iter().filter(|ty| !ty.contains("invalid type")).count();
            if types != now {
                retyped += 1;
                let differing = types.iter().zip(&now).find(|(old, new)| old != new);
                say(format!(
                    "{}:{}: {}: {} at {} has other types: {differing:?}",
                    go.shown(path),
                    damaged.span.start,
                    damaged.what,
                    entry.what,
                    entry.span.start,
                ));
            }
        }
        Ok(())
    })?;
    say(format!(
        "{} files damaged {} times, {rejected} of them no Go any more: go/parser disagrees on {differing}; of {away} declarations away \
         from the damage {lost} are lost; {invalid} trees are not sound\nof {typed} expressions ({known} of known type) in \
         declarations that do not mention what is damaged, those of {retyped} declarations changed their types",
        originals.len(),
        damaged.len(),
    ));
    Ok(score)
}

/// Writes a text on which the parsers disagree, for a closer look.
fn keep(number: usize, text: &[u8]) -> Result<()> {
    let directory = std::env::temp_dir().join("gosleuth-damage");
    std::fs::create_dir_all(&directory)?;
    std::fs::write(directory.join(format!("{number}.go")), text)?;
    Ok(())
}

const KINDS: usize = 6;

fn damage(text: &[u8], tokens: &[Token], token: Token, kind: usize, original: usize, random: &mut Random) -> Damaged {
    let (start, end) = (token.start as usize, token.end as usize);
    let old = &text[start..end];
    let other = tokens[random.below(tokens.len())];
    let other = &text[other.start as usize..other.end as usize];
    let (what, new) = match kind {
        0 => ("deleted", Vec::new()),
        1 => ("doubled", [old, b" ", old].concat()),
        2 => ("replaced", [b" ", other, b" "].concat()),
        3 => ("inserted", [b" ", other, b" ", old].concat()),
        4 => ("replaced", WORDS[random.below(WORDS.len())].as_bytes().to_vec()),
        _ => {
            let mut broken = old.to_vec();
            if !broken.is_empty() {
                let at = random.below(broken.len());
                broken[at] ^= 1 << random.below(7);
            }
            ("broken", broken)
        }
    };
    let what = format!(
        "{what} `{}` by `{}`",
        String::from_utf8_lossy(&old[..old.len().min(40)]),
        String::from_utf8_lossy(&new[..new.len().min(40)])
    );
    Damaged {
        text: [&text[..start], &new, &text[end..]].concat(),
        original,
        span: Span::new(token.start, token.end),
        growth: new.len() as i64 - old.len() as i64,
        what,
    }
}

/// What is put where it may not belong.
const WORDS: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    ".",
    "...",
    "=",
    ":=",
    "<-",
    "*",
    "&",
    "~",
    "|",
    "!",
    "+",
    "==",
    "++",
    "0",
    "'a'",
    "\"a\"",
    "x",
    "_",
    "\n",
    "[]",
    "[...]",
    "{}",
    "()",
    "chan ",
    "func ",
    "interface{}",
    "struct{}",
    "map[",
    "type ",
    "range ",
    "if ",
    "else ",
    "for ",
    "switch ",
    "select ",
    "case ",
    "default:",
    "go ",
    "defer ",
    "return ",
    "goto ",
    "break ",
    "fallthrough ",
    "var ",
    "const ",
    "import ",
    "package ",
    "// c\n",
    "/* c */",
    ".(type)",
    "[A, B]",
    "[T any]",
    "1i",
    "0x",
    "$",
];

struct Entry {
    what: String,
    /// What it declares.
    names: Vec<String>,
    span: Span,
}

/// The declarations of a file: kind, name and extent.
fn outline(file: &File) -> Vec<Entry> {
    file.top
        .iter()
        .map(|&decl| {
            let decl = file.decls[decl];
            let (what, names) = match decl.kind {
                DeclKind::Bad => ("something".to_owned(), Vec::new()),
                DeclKind::Func(function) => {
                    let name = file.name(file.func_decls[function].name);
                    (format!("func {name}"), vec![name])
                }
                DeclKind::Gen { keyword, specs, .. } => {
                    let names: Vec<&str> = file
                        .specs(specs)
                        .iter()
                        .flat_map(|&spec| match file.specs[spec].kind {
                            SpecKind::Import { .. } => vec!["import"],
                            SpecKind::Value { names, .. } => {
                                file.idents(names).iter().map(|&name| file.name(name)).collect()
                            }
                            SpecKind::Type { name, .. } => vec![file.name(name)],
                        })
                        .collect();
                    (format!("{keyword:?} {}", names.join(" ")), names)
                }
            };
            Entry {
                what,
                names: names.into_iter().map(str::to_owned).collect(),
                span: decl.span,
            }
        })
        .collect()
}

impl Entry {
    fn is_import(&self) -> bool {
        self.what.starts_with("Import")
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }
}

impl Damaged {
    /// Where something of the original is now; none if the damage touches it.
    fn moved(&self, span: Span) -> Option<Span> {
        if touches(span, self.span) {
            return None;
        }
        let shift = if span.start >= self.span.end { self.growth } else { 0 };
        let moved = |offset: u32| (i64::from(offset) + shift) as u32;
        Some(Span::new(moved(span.start), moved(span.end)))
    }
}

fn touches(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound as u64) as usize
    }
}
