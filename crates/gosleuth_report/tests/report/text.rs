//! The text a person reads.

use crate::support::{everything, healthy};
use gosleuth_report::{Format, RenderOptions, write};

fn text(made: (gosleuth_evidence::EvidenceSet, gosleuth_case::CaseFile), options: &RenderOptions) -> String {
    let mut out = Vec::new();
    write(Format::Text, &made.0, &made.1, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn everything_at_100_columns() {
    insta::assert_snapshot!(text(everything(), &RenderOptions::default()));
}

#[test]
fn everything_in_full_at_140_columns() {
    let options = RenderOptions {
        full: true,
        width: 140,
        ..RenderOptions::default()
    };
    insta::assert_snapshot!(text(everything(), &options));
}

#[test]
fn limits_say_what_they_leave_out() {
    let options = RenderOptions {
        top: Some(1),
        width: 80,
        ..RenderOptions::default()
    };
    insta::assert_snapshot!(text(everything(), &options));
}

#[test]
fn nothing_wrong() {
    insta::assert_snapshot!(text(healthy(), &RenderOptions::default()));
}

#[test]
fn the_first_ten_lines_say_it_all() {
    let text = text(everything(), &RenderOptions::default());
    let head: String = text.lines().take(10).collect::<Vec<_>>().join("\n");
    for needed in [
        "stuck sending on a channel",
        "corroborated",
        "1,204 of 1,332 goroutines",
        "3–57 min",
        "pricing.(*Service).Quote.func1",
        "service.go:42",
        "service.go:38",
        "a buffer of 1",
    ] {
        assert!(head.contains(needed), "{needed:?} is not in:\n{head}");
    }
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [80, 100, 120, 160] {
        let options = RenderOptions {
            width,
            full: true,
            ..RenderOptions::default()
        };
        for line in text(everything(), &options).lines() {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    let options = RenderOptions {
        color: true,
        ..RenderOptions::default()
    };
    let colored = text(everything(), &options);
    let mut plain = String::new();
    let mut rest = colored.as_str();
    while let Some((before, after)) = rest.split_once('\x1b') {
        plain.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    assert_ne!(colored, plain);
    assert_eq!(plain, text(everything(), &RenderOptions::default()));
}
