//! Evidence that attacks its reader, and evidence that must not leave the house.

use crate::support::{self, Maker};
use gosleuth_base::{Idx as _, Problem, ProblemKind, Site};
use gosleuth_case::{CaseFile, Cycle, Table};
use gosleuth_evidence::{EvidenceSet, ExpVars, InputId, LabelsId, Origin, Time};
use gosleuth_report::{Format, RenderOptions, write};

fn render(format: Format, made: &(EvidenceSet, CaseFile), redact: bool) -> String {
    let options = RenderOptions {
        redact,
        full: true,
        generated_at: Some("2025-11-20T10:00:00Z".to_owned()),
        command: Some("gosleuth inspect --redact /home/s3cr3t-user/dump.txt".to_owned()),
        ..RenderOptions::default()
    };
    let mut out = Vec::new();
    write(format, &made.0, &made.1, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Puts `evil` wherever evidence or a sentence about it can hold text.
fn everywhere(evil: &str) -> (EvidenceSet, CaseFile) {
    let (set, mut case) = support::everything();
    let mut m = Maker { set };
    let stack = m.stack(&format!("main.f {evil}/main.go:1\nby main.main {evil}/main.go:2"));
    let labels = m.labels(&[("tenant", evil)]);
    m.set.inputs[0].name = format!("{evil}.txt");
    let at = Site {
        function: format!("main.{evil}"),
        file: format!("/srv/{evil}/main.go"),
        line: 3,
    };
    case.headline.text = format!("goroutines of {evil} are stuck");
    case.headline.next_step = format!("ask {evil}");
    for suspect in case.suspects.iter_mut().chain(&mut case.candidates) {
        suspect.headline = format!("goroutines of {evil} are stuck");
        suspect.why = format!("because {evil}");
        suspect.action = format!("do {evil}");
        suspect.evidence = vec![format!("seen {evil}")];
        suspect.site = Some(at.clone());
        suspect.stacks = vec![stack];
        for related in &mut suspect.related {
            related.label = format!("label {evil}");
        }
    }
    for group in &mut case.groups {
        group.key = evil.to_owned();
        group.labels = Some(labels);
        group.stack = stack;
        group.site = Some(at.clone());
    }
    for row in &mut case.snapshots {
        row.label = format!("{evil}.txt");
        row.states[0].0 = evil.to_owned();
    }
    case.waits.cycles.push(Cycle {
        members: vec![format!("goroutine 7 of {evil}")],
        why: evil.to_owned(),
    });
    case.waits.objects[0].holder = Some(evil.to_owned());
    case.waits.families[0].parent_state = evil.to_owned();
    case.series.as_mut().unwrap().rows[0].state = evil.to_owned();
    case.crashes[0].meaning = evil.to_owned();
    for link in &mut m.set.crashes[0].chain {
        link.text = format!("order of {evil}\nsecond {evil} line");
    }
    m.set.crashes[0].peer = Some(evil.to_owned());
    m.set.crashes[0].notes = vec![evil.to_owned()];
    case.tables.push(Table {
        title: evil.to_owned(),
        columns: vec![evil.to_owned()],
        rows: vec![vec![evil.to_owned()]],
        remarks: vec![evil.to_owned()],
    });
    case.problems.push(Problem {
        kind: ProblemKind::Partial,
        input: format!("{evil}.txt"),
        line: None,
        message: evil.to_owned(),
    });
    (m.set, case)
}

#[test]
fn no_format_lets_control_characters_through() {
    let evil = "a\x1b]0;owned\x07\x1b[2J\u{9b}31m\u{202e}\u{2028}\r\x08z";
    for &format in Format::ALL {
        let out = render(format, &everywhere(evil), false);
        let bad: Vec<char> = out
            .chars()
            .filter(|&c| c != '\n' && (c.is_control() || ('\u{2028}'..='\u{202e}').contains(&c)))
            .collect();
        assert!(bad.is_empty(), "{}: {bad:?}", format.as_str());
    }
}

#[test]
fn markdown_holds_no_markup_of_the_evidence() {
    let evil = "`</summary></details><img src=x onerror=alert(1)> ![x](http://evil.example/x.png) @everyone |";
    let out = render(Format::Markdown, &everywhere(evil), false);
    // Between fences and in code spans markup is text; what remains outside must be escaped.
    let mut fence: Option<&str> = None;
    for line in out.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            None if ticks.len() >= 3 && !line[ticks.len()..].contains('`') => fence = Some(ticks),
            None => {
                let outside = without_code(line);
                for markup in ["<img", "</summary></details>", "![x]", "@everyone", "http://"] {
                    assert!(!outside.contains(markup), "{markup} in {line}");
                }
            }
            Some(_) => {}
        }
    }
    assert_eq!(fence, None, "every fence is closed");
}

/// A line without its code spans, by the rule of CommonMark: a run of backticks closes at the next run of equal length.
fn without_code(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        if rest[..at].ends_with('\\') {
            out.push_str(&rest[..=at]);
            rest = &rest[at + 1..];
            continue;
        }
        out.push_str(&rest[..at]);
        let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
        let body = &rest[at + run..];
        let mut from = 0;
        let close = loop {
            let Some(next) = body[from..].find('`').map(|next| from + next) else {
                break None;
            };
            let length = body[next..].len() - body[next..].trim_start_matches('`').len();
            if length == run {
                break Some(next + length);
            }
            from = next + length;
        };
        match close {
            Some(end) => rest = &body[end..],
            None => {
                out.push_str(&rest[at..at + run]);
                rest = body;
            }
        }
    }
    out.push_str(rest);
    out
}

#[test]
fn redacted_output_holds_no_secret() {
    let made = secrets();
    for &format in Format::ALL {
        let open = render(format, &made, false);
        for secret in SECRETS {
            assert!(
                open.contains(secret),
                "{}: the test does not place {secret}",
                format.as_str()
            );
        }
        let closed = render(format, &made, true);
        for secret in SECRETS {
            let at = closed.find(secret).map(|at| {
                let from = closed[..at].char_indices().rev().nth(60).map_or(0, |(at, _)| at);
                &closed[from..at + secret.len()]
            });
            assert_eq!(at, None, "{}: {secret} leaks", format.as_str());
        }
        for placeholder in ["label-3", "peer-1", "text-1", "args-1"] {
            assert!(closed.contains(placeholder), "{}: no {placeholder}", format.as_str());
        }
    }
}

/// Every one of these stands somewhere in [`secrets`].
const SECRETS: &[&str] = &[
    "s3cr3t-label",
    "0xs3cr3t",
    "s3cr3t-user",
    "203.0.113.77",
    "s3cr3t-panic",
    "s3cr3t-argument",
    "s3cr3t-note",
];

fn secrets() -> (EvidenceSet, CaseFile) {
    let (set, mut case) = support::everything();
    let mut m = Maker { set };
    let frame = m.frame("main.work", "/home/s3cr3t-user/app/main.go:9", Some("0xs3cr3t"));
    let stack = m.set.stacks.intern_stack(gosleuth_evidence::Stack {
        frames: vec![frame],
        created_by: None,
        ancestors: Box::new([]),
    });
    let labels: LabelsId = m.labels(&[("tenant", "s3cr3t-label"), ("k", "x")]);
    for group in &mut case.groups {
        group.labels = Some(labels);
        group.stack = stack;
        group.site = Some(support::site("main.work", "/home/s3cr3t-user/app/main.go:9"));
    }
    case.groups[0].key = "tenant=s3cr3t-label".to_owned();
    m.set.inputs[0].name = "/home/s3cr3t-user/dump.txt".to_owned();
    case.snapshots[0].label = "/home/s3cr3t-user/dump.txt".to_owned();
    m.set.crashes[0].chain[0].text = "s3cr3t-panic for order 12\nof s3cr3t-panic".to_owned();
    m.set.crashes[0].chain[1].text = "runtime error: s3cr3t-panic".to_owned();
    m.set.crashes[0].peer = Some("203.0.113.77:5000".to_owned());
    m.set.crashes[0].notes = vec!["s3cr3t-note".to_owned()];
    m.set.expvars.push(ExpVars {
        origin: Origin {
            input: InputId::from_usize(0),
            line: 1,
        },
        time: Some(Time(0)),
        cmdline: vec!["/srv/app".to_owned(), "--token=s3cr3t-argument".to_owned()],
        memstats: None,
        numbers: Vec::new(),
    });
    let sentence = "tenant=s3cr3t-label at /home/s3cr3t-user/app/main.go:9 panics: s3cr3t-panic for order 12 \
                    (main.work(0xs3cr3t), started with --token=s3cr3t-argument, peer 203.0.113.77:5000, \"s3cr3t-note\"); \
                    203.0.113.77 and http://s3cr3t-user@203.0.113.77:6060/debug/pprof";
    case.headline.text = sentence.to_owned();
    case.headline.next_step = sentence.to_owned();
    for suspect in case.suspects.iter_mut().chain(&mut case.candidates) {
        for text in [&mut suspect.headline, &mut suspect.why, &mut suspect.action] {
            *text = sentence.to_owned();
        }
        suspect.evidence = vec![sentence.to_owned()];
        suspect.would_decide = suspect.would_decide.as_ref().map(|_| sentence.to_owned());
        suspect.stacks = vec![stack];
        suspect.site = Some(support::site("main.work", "/home/s3cr3t-user/app/main.go:9"));
        for related in &mut suspect.related {
            related.label = sentence.to_owned();
            related.site.file = "/home/s3cr3t-user/app/main.go".to_owned();
        }
    }
    case.crashes[0].meaning = sentence.to_owned();
    case.waits.objects[0].holder = Some(sentence.to_owned());
    case.waits.cycles[0].members[0] = sentence.to_owned();
    case.waits.cycles[0].why = sentence.to_owned();
    case.tables[0].remarks = vec![sentence.to_owned()];
    case.tables[0].rows[0][0] = "s3cr3t-label".to_owned();
    case.problems[0].input = "/home/s3cr3t-user/dump.txt".to_owned();
    case.problems[0].message = sentence.to_owned();
    if let Some(gosleuth_evidence::RaceLocation::Global { declared, .. }) = &mut m.set.races[0].location {
        *declared = "/home/s3cr3t-user/app/main.go:4".to_owned();
    }
    (m.set, case)
}

#[test]
fn redaction_is_stable_and_deterministic() {
    let (a, b) = (secrets(), secrets());
    for &format in Format::ALL {
        assert_eq!(render(format, &a, true), render(format, &b, true));
        assert_eq!(render(format, &a, false), render(format, &b, false));
    }
}
