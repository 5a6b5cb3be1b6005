//! The document that programs read, against its published schema.

use gosleuth_case::CaseFile;
use gosleuth_evidence::EvidenceSet;
use gosleuth_report::{Format, RenderOptions, write};
use gosleuth_testkit::schema;
use serde_json::Value;

use crate::support;

fn json(made: &(EvidenceSet, CaseFile), options: &RenderOptions) -> String {
    let mut out = Vec::new();
    write(Format::Json, &made.0, &made.1, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn options() -> RenderOptions {
    RenderOptions {
        version: "0.0.0".to_owned(),
        ..RenderOptions::default()
    }
}

fn published() -> Value {
    serde_json::from_str(include_str!("../../../../docs/schema/inspect.v1.json")).unwrap()
}

#[test]
fn a_document_with_everything() {
    insta::assert_snapshot!(json(&support::everything(), &options()));
}

#[test]
fn documents_fit_the_published_schema() {
    let schema = published();
    let empty = (EvidenceSet::new(), CaseFile::default());
    for made in [support::everything(), support::healthy(), empty] {
        for redact in [false, true] {
            let options = RenderOptions {
                redact,
                generated_at: Some("2025-11-20T10:00:00Z".to_owned()),
                ..options()
            };
            let document: Value = serde_json::from_str(&json(&made, &options)).unwrap();
            assert_eq!(schema::problems(&schema, &document), Vec::<String>::new());
        }
    }
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let schema = published();
    let mut document: Value = serde_json::from_str(&json(&support::everything(), &options())).unwrap();
    document["version"] = "one".into();
    document["suspects"][0]["verdict"] = "maybe".into();
    document["suspects"][0]["extra"] = 1.into();
    document["stats"].as_object_mut().unwrap().remove("lines");
    let found = schema::problems(&schema, &document);
    for needed in ["$.version", "$.suspects[0].verdict", "extra", "lines"] {
        assert!(
            found.iter().any(|problem| problem.contains(needed)),
            "{needed}: {found:?}"
        );
    }
}

#[test]
fn top_limits_the_group_table_and_says_so() {
    let options = RenderOptions {
        top: Some(1),
        ..options()
    };
    let document: Value = serde_json::from_str(&json(&support::everything(), &options)).unwrap();
    assert_eq!(document["groups"].as_array().unwrap().len(), 1);
    assert_eq!(
        document["groups_left_out"],
        serde_json::json!({"groups": 6, "goroutines": 140})
    );
}

#[test]
fn text_is_exact_but_harmless() {
    let mut made = support::healthy();
    let hostile = "a\x1b[2J\u{9b}2J\u{202e}\u{2028}b</script>";
    made.1.headline.text = hostile.to_owned();
    let text = json(&made, &options());
    assert!(
        !text
            .chars()
            .any(|c| c != '\n' && c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c))
    );
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["headline"]["text"], hostile);
}
