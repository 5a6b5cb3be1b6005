//! Reports of what the order service really left behind.

use gosleuth_case::{CaseFile, CaseOptions};
use gosleuth_evidence::{EvidenceSet, ReadOptions, Source};
use gosleuth_report::{Format, RenderOptions, write};
use gosleuth_testkit::schema;

fn investigate(names: &[&str]) -> (EvidenceSet, CaseFile) {
    let mut set = EvidenceSet::new();
    for name in names {
        let bytes = gosleuth_testkit::recordings::order_service(name);
        let source = Source { name, time: None };
        gosleuth_evidence::read(&mut set, &source, &mut bytes.as_slice(), &ReadOptions::default());
    }
    let case = gosleuth_case::build(&set, &CaseOptions::default());
    (set, case)
}

fn render(format: Format, made: &(EvidenceSet, CaseFile), redact: bool) -> String {
    let options = RenderOptions {
        redact,
        full: true,
        ..RenderOptions::default()
    };
    let mut out = Vec::new();
    write(format, &made.0, &made.1, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

const LEAKY: &[&str] = &[
    "go1.27/leaky/goroutine.1.debug2.txt.gz",
    "go1.27/leaky/goroutine.2.debug2.txt.gz",
    "go1.27/leaky/goroutine.3.debug2.txt.gz",
    "go1.27/leaky/block.debug1.txt.gz",
    "go1.27/leaky/gctrace.txt",
];

#[test]
fn every_format_shows_the_recorded_leak() {
    let made = investigate(LEAKY);
    assert!(!made.0.snapshots.is_empty(), "the recordings are read");
    for &format in Format::ALL {
        let out = render(format, &made, false);
        assert!(out.contains("Quote.func1"), "{}", format.as_str());
    }
    for line in render(Format::Text, &made, false).lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn recorded_documents_fit_the_published_schema() {
    let schema = serde_json::from_str(include_str!("../../../../docs/schema/inspect.v1.json")).unwrap();
    let made = investigate(LEAKY);
    for redact in [false, true] {
        let document = serde_json::from_str(&render(Format::Json, &made, redact)).unwrap();
        assert_eq!(schema::problems(&schema, &document), Vec::<String>::new());
    }
}

#[test]
fn redaction_keeps_the_places_and_drops_the_directories() {
    let made = investigate(LEAKY);
    for &format in Format::ALL {
        let out = render(format, &made, true);
        assert!(out.contains("internal/pricing/"), "{}", format.as_str());
        for word in out.split(|c: char| c.is_whitespace() || "\"'`<>(),;|".contains(c)) {
            let absolute = word.starts_with('/') && word.ends_with(".go")
                || word.starts_with("/home")
                || word.starts_with("/root");
            assert!(!absolute, "{}: {word}", format.as_str());
        }
    }
}
