//! The recorded programs, whole and damaged: whatever is done to a file, its tree keeps what it promises, and what is declared away from the
//! damage stays.

use std::path::{Path, PathBuf};

use gosleuth_syntax::ast::{DeclKind, File, Span, SpecKind};
use gosleuth_syntax::{ParseOptions, parse, tokens, validate};

#[test]
fn whole_programs_are_sound() {
    for (path, text) in programs() {
        let file = parse(&text, ParseOptions::default());
        assert_eq!(file.errors, [], "{}", path.display());
        assert_eq!(validate(&file, &text), Ok(()), "{}", path.display());
    }
}

#[test]
fn what_is_away_from_a_missing_or_doubled_token_stays() {
    for (path, text) in programs() {
        let whole = outline(&parse(&text, ParseOptions::default()));
        for (index, token) in tokens(&text).tokens.iter().enumerate() {
            // More of the small programs than of the large ones, and each token in turn missing and doubled.
            if index % (text.len() / 400 + 1) != 0 {
                continue;
            }
            let (start, end) = (token.start as usize, token.end as usize);
            let own = if index % 2 == 0 { &[] } else { &text[start..end] };
            let damaged = [&text[..start], own, b" ", own, &text[end..]].concat();
            let growth = damaged.len() as i64 - text.len() as i64;
            let file = parse(&damaged, ParseOptions::default());
            assert_eq!(validate(&file, &damaged), Ok(()), "{} at {start}", path.display());
            let left = outline(&file);
            for (name, span) in &whole {
                if span.start <= token.end && token.start <= span.end {
                    continue;
                }
                let shift = if span.start > token.start { growth } else { 0 };
                let moved = Span::new(
                    (i64::from(span.start) + shift) as u32,
                    (i64::from(span.end) + shift) as u32,
                );
                assert!(
                    left.iter().any(|entry| entry == &(name.clone(), moved)),
                    "{}: `{name}` is lost, damage is at {start}",
                    path.display()
                );
            }
        }
    }
}

/// Names and extents of the declarations.
fn outline(file: &File) -> Vec<(String, Span)> {
    let name = |kind| match kind {
        DeclKind::Bad => String::new(),
        DeclKind::Func(function) => file.name(file.func_decls[function].name).to_owned(),
        DeclKind::Gen { specs, .. } => {
            let names = file.specs(specs).iter().flat_map(|&spec| match file.specs[spec].kind {
                SpecKind::Import { .. } => vec!["import"],
                SpecKind::Value { names, .. } => file.idents(names).iter().map(|&name| file.name(name)).collect(),
                SpecKind::Type { name, .. } => vec![file.name(name)],
            });
            names.collect::<Vec<_>>().join(" ")
        }
    };
    let decls = file.top.iter().map(|&decl| file.decls[decl]);
    decls.map(|decl| (name(decl.kind), decl.span)).collect()
}

fn programs() -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/programs");
    let mut programs = Vec::new();
    for family in std::fs::read_dir(root).expect("the programs are there") {
        let family = family.expect("an entry").path();
        if family.is_dir() {
            for program in std::fs::read_dir(family).expect("a directory") {
                let path = program.expect("an entry").path().join("main.go");
                if let Ok(text) = std::fs::read(&path) {
                    programs.push((path, text));
                }
            }
        }
    }
    assert!(programs.len() > 50, "the programs are where they were");
    programs.sort();
    programs
}
