//! The ticket.

use crate::support::{everything, healthy};
use gosleuth_report::{Format, RenderOptions, write};

fn markdown(made: (gosleuth_evidence::EvidenceSet, gosleuth_case::CaseFile), options: &RenderOptions) -> String {
    let mut out = Vec::new();
    write(Format::Markdown, &made.0, &made.1, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_ticket_with_everything() {
    let options = RenderOptions {
        generated_at: Some("2025-11-20T10:00:00Z".to_owned()),
        version: "0.0.0".to_owned(),
        ..RenderOptions::default()
    };
    insta::assert_snapshot!(markdown(everything(), &options));
}

#[test]
fn a_redacted_ticket() {
    let options = RenderOptions {
        redact: true,
        version: "0.0.0".to_owned(),
        ..RenderOptions::default()
    };
    insta::assert_snapshot!(markdown(everything(), &options));
}

#[test]
fn nothing_wrong() {
    let options = RenderOptions {
        version: "0.0.0".to_owned(),
        ..RenderOptions::default()
    };
    insta::assert_snapshot!(markdown(healthy(), &options));
}
