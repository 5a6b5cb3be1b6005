//! What the documents show is what the program prints.
//!
//! In a block marked `console`, a line `$ gosleuth …` (or `$ cargo run --release -- …`) is run in the root of the repository and the
//! lines below it have to be its output. A line `…` stands for any rest. `UPDATE_TRANSCRIPTS=1` writes the output into the
//! document, up to a `…` if there was one.

use std::fmt::Write as _;

use crate::{root, run};

const DOCUMENTS: &[&str] = &[
    "README.md",
    "docs/capture.md",
    "docs/inspect.md",
    "docs/list.md",
    "docs/model.md",
    "docs/trace.md",
];

#[test]
fn documents_tell_the_truth() {
    let mut commands = 0;
    for name in DOCUMENTS {
        let path = root().join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (found, new) = replayed(&text);
        commands += found;
        if std::env::var_os("UPDATE_TRANSCRIPTS").is_some() {
            std::fs::write(&path, new).expect("writable");
        } else {
            assert!(
                text == new,
                "{name} is out of date; UPDATE_TRANSCRIPTS=1 writes it anew. Expected:\n{new}"
            );
        }
    }
    assert!(commands >= 3, "the transcripts are gone: {commands} commands found");
}

/// The document with every output replaced by the real one, and how many commands it has.
fn replayed(text: &str) -> (usize, String) {
    let mut new = String::new();
    let mut commands = 0;
    let mut lines = text.lines().peekable();
    let mut inside = false;
    while let Some(line) = lines.next() {
        let _ = writeln!(new, "{line}");
        if line.starts_with("```") {
            inside = !inside && line == "```console";
            continue;
        }
        let Some(words) = line.strip_prefix("$ ").filter(|_| inside).and_then(arguments) else {
            continue;
        };
        commands += 1;
        let mut shown = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("```") && !line.starts_with("$ ")) {
            shown.push(line);
        }
        let run = run(&words);
        let mut real: Vec<&str> = run.out.lines().map(str::trim_end).collect();
        if let Some(at) = shown.iter().position(|line| *line == "…") {
            real.truncate(at);
            real.push("…");
        }
        for line in real {
            let _ = writeln!(new, "{line}");
        }
    }
    (commands, new)
}

/// The arguments of a command line that runs gosleuth. Quotes are not needed so far, so there are none.
fn arguments(line: &str) -> Option<Vec<&str>> {
    let rest = line
        .strip_prefix("gosleuth ")
        .or_else(|| line.strip_prefix("cargo run --release -- "))?;
    Some(rest.split_whitespace().collect())
}

#[test]
fn a_false_transcript_is_noticed() {
    let (commands, new) = replayed("```console\n$ gosleuth --version\nno such thing\n```\n");
    assert_eq!(
        (commands, new),
        (
            1,
            format!(
                "```console\n$ gosleuth --version\ngosleuth {}\n```\n",
                env!("CARGO_PKG_VERSION")
            )
        )
    );
    let (commands, new) = replayed("```sh\n$ gosleuth --version\n```\n");
    assert_eq!((commands, new.as_str()), (0, "```sh\n$ gosleuth --version\n```\n"));
}
