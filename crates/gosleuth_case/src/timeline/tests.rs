use super::*;

#[test]
fn zones_that_explain_a_difference() {
    assert_eq!(
        likely_zone(60 * MINUTE + 40 * SECOND).as_deref(),
        Some("--log-zone +01:00")
    );
    assert_eq!(likely_zone(-330 * MINUTE).as_deref(), Some("--log-zone -05:30"));
    assert_eq!(likely_zone(20 * SECOND), None, "the same clock");
    assert_eq!(likely_zone(45 * MINUTE), None, "no zone");
    assert_eq!(likely_zone(3_000 * MINUTE), None, "another day");
}

#[test]
fn spans() {
    let words: Vec<String> = [0, 1, 90, 119, 120, 7_200, 172_800]
        .iter()
        .map(|seconds| span(seconds * SECOND))
        .collect();
    assert_eq!(
        words,
        [
            "less than a second",
            "1 second",
            "90 seconds",
            "119 seconds",
            "2 minutes",
            "2 hours",
            "2 days"
        ]
    );
}

#[test]
fn what_came_first() {
    let at = |seconds: i64| Time(1_795_176_000 * SECOND + seconds * SECOND);
    let events = [
        event(EventKind::Start, at(0), "the process started".to_owned()),
        event(
            EventKind::FirstBlock,
            at(40),
            "the first goroutine stops in main.a".to_owned(),
        ),
        event(
            EventKind::FirstBlock,
            at(50),
            "the first goroutine stops in main.b".to_owned(),
        ),
        event(EventKind::Snapshot, at(60), "evidence was taken".to_owned()),
        event(EventKind::Errors, at(200), "errors rise".to_owned()),
    ];
    assert_eq!(
        summary(&events),
        "First at 12:00:40, 40 seconds after the start: the first goroutine stops in main.a; 2 minutes later: errors rise."
    );
    assert_eq!(summary(&events[3..4]), "");
}
