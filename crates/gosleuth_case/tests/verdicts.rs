//! The verdict rules on small dumps: what is proved, observed, asked, and left alone.

use gosleuth_base::{SuspectKind, Verdict};
use gosleuth_case::{CaseFile, CaseOptions, build};
use gosleuth_evidence::{EvidenceSet, ReadOptions, Source, read};

fn case(dumps: &[&str]) -> CaseFile {
    let mut set = EvidenceSet::new();
    for (index, text) in dumps.iter().enumerate() {
        let name = format!("dump{index}.txt");
        read(
            &mut set,
            &Source {
                name: &name,
                time: None,
            },
            &mut text.as_bytes(),
            &ReadOptions::default(),
        );
    }
    build(&set, &CaseOptions::default())
}

fn goroutine(id: u64, header: &str, function: &str, line: u32) -> String {
    format!(
        "goroutine {id} [{header}]:\n{function}(0x1)\n\t/src/shop.go:{line} +0x1d\ncreated by main.start in goroutine 1\n\t/src/main.go:9 +0x2b\n\n"
    )
}

const MAIN: &str = "goroutine 1 [select]:\nmain.main()\n\t/src/main.go:20 +0x1d\n\n";

#[test]
fn a_nil_channel_is_proved_at_once() {
    let case = case(&[&(MAIN.to_owned() + &goroutine(7, "chan receive (nil chan)", "main.collect", 12))]);
    let first = &case.suspects[0];
    assert_eq!((first.kind, first.verdict), (SuspectKind::NilChannel, Verdict::Proved));
    assert_eq!(
        first.site.as_ref().map(|site| (site.function.as_str(), site.line)),
        Some(("main.collect", 12))
    );
}

#[test]
fn the_leak_mark_of_the_runtime_is_a_proof() {
    let case = case(&[&(MAIN.to_owned() + &goroutine(7, "chan send (leaked)", "main.fetch", 12))]);
    assert_eq!(case.suspects[0].verdict, Verdict::Proved);
    assert_eq!(case.suspects[0].kind, SuspectKind::BlockedSend);
}

#[test]
fn an_old_send_is_observed_and_a_young_one_is_asked() {
    let old = case(&[&(MAIN.to_owned() + &goroutine(7, "chan send, 6 minutes", "main.fetch", 12))]);
    assert_eq!(old.suspects[0].verdict, Verdict::Observed);
    let young = case(&[&(MAIN.to_owned() + &goroutine(7, "chan send", "main.fetch", 12))]);
    assert!(young.suspects.is_empty());
    assert_eq!(young.candidates[0].kind, SuspectKind::BlockedSend);
    assert!(young.candidates[0].would_decide.is_some());
}

#[test]
fn parked_workers_are_a_question_however_old() {
    let mut text = MAIN.to_owned();
    for id in 10..18 {
        text += &goroutine(id, "chan receive, 300 minutes", "main.worker", 30);
    }
    let case = case(&[&text]);
    assert!(case.suspects.is_empty());
    assert_eq!(case.candidates[0].entry, "worker-pool-idle");
    assert_eq!(case.candidates[0].count, 8);
}

#[test]
fn growth_over_two_dumps_is_observed() {
    let dump = |count: u64, minutes: &dyn Fn(u64) -> String| {
        let mut text = MAIN.to_owned();
        for id in 0..count {
            text += &goroutine(10 + id, &format!("select{}", minutes(id)), "main.watch", 30);
        }
        text
    };
    let first = dump(2, &|_| String::new());
    let second = dump(12, &|id| match id {
        0..8 => format!(", {} minutes", 9 - id),
        _ => String::new(),
    });
    let case = case(&[&first, &second]);
    assert_eq!(case.suspects[0].verdict, Verdict::Observed);
    assert!(
        case.suspects[0].headline.contains("2 → 12"),
        "{}",
        case.suspects[0].headline
    );
    let series = case.series.expect("two snapshots are a series");
    assert_eq!(series.rows[0].counts, [2, 12]);
}

#[test]
fn a_pool_filled_in_one_go_is_no_growth() {
    let mut second = MAIN.to_owned();
    for id in 0..12 {
        second += &goroutine(10 + id, "chan receive, 6 minutes", "main.worker", 30);
    }
    let case = case(&[MAIN, &second]);
    assert!(case.suspects.is_empty(), "{}", case.suspects[0].headline);
}

#[test]
fn contention_without_an_age_blames_nobody() {
    let waiter = |id: u64| {
        format!(
            "goroutine {id} [sync.Mutex.Lock]:\ninternal/sync.(*Mutex).lockSlow(0xc000012345)\n\t/go/src/internal/sync/mutex.go:149 +0x15a\n\
             main.(*Cache).get(0x1)\n\t/src/cache.go:11 +0x1d\nmain.(*Cache).run(0x1)\n\t/src/cache.go:40 +0x1d\n\n"
        )
    };
    let text: String = MAIN.to_owned() + &(10..30).map(waiter).collect::<String>();
    let case = case(&[&text]);
    assert!(case.suspects.is_empty());
    assert!(case.waits.cycles.is_empty());
    assert!(
        !case.candidates[0].headline.contains("holds"),
        "{}",
        case.candidates[0].headline
    );
    assert_eq!(case.waits.objects[0].waiters[0].2, 20);
}

#[test]
fn two_locks_in_opposite_orders_are_one_suspect_and_a_ring() {
    let transfer = |id: u64, address: &str| {
        format!(
            "goroutine {id} [sync.Mutex.Lock, 3 minutes]:\ninternal/sync.(*Mutex).lockSlow({address})\n\t/go/src/internal/sync/mutex.go:149 +0x15a\n\
             main.(*Account).credit(0x1)\n\t/src/bank.go:11 +0x1d\nmain.(*Account).transfer(0x1)\n\t/src/bank.go:40 +0x1d\n\n"
        )
    };
    let case = case(&[&(MAIN.to_owned() + &transfer(10, "0xc0000111") + &transfer(11, "0xc0000222"))]);
    assert_eq!(case.suspects.len(), 1);
    assert_eq!(case.suspects[0].rules, ["DL002"]);
    assert_eq!(case.waits.cycles.len(), 1);
}

#[test]
fn an_idle_server_is_healthy() {
    let text = MAIN.to_owned()
        + "goroutine 6 [IO wait, 20 minutes]:\ninternal/poll.runtime_pollWait(0x1, 0x72)\n\t/go/src/runtime/netpoll.go:345 +0x85\n\
           net.(*TCPListener).Accept(0x1)\n\t/go/src/net/tcpsock.go:327 +0x30\nnet/http.(*Server).Serve(0x1)\n\t/go/src/net/http/server.go:3260 +0x33e\n\
           created by main.start in goroutine 1\n\t/src/main.go:9 +0x2b\n\n\
           goroutine 8 [IO wait, 3 minutes]:\ninternal/poll.runtime_pollWait(0x1, 0x72)\n\t/go/src/runtime/netpoll.go:345 +0x85\n\
           net/http.(*connReader).Read(0x1)\n\t/go/src/net/http/server.go:789 +0x14b\nbufio.(*Reader).Peek(0x1, 0x4)\n\t/go/src/bufio/bufio.go:151 +0x53\n\
           net/http.(*conn).serve(0x1)\n\t/go/src/net/http/server.go:2079 +0x749\ncreated by net/http.(*Server).Serve in goroutine 6\n\t/go/src/net/http/server.go:3290 +0x4b4\n\n";
    let case = case(&[&text]);
    assert!(case.suspects.is_empty() && case.candidates.is_empty());
    assert!(
        case.headline.text.starts_with("Nothing is wrong"),
        "{}",
        case.headline.text
    );
    let entries: Vec<&str> = case.healthy.iter().map(|row| row.entry).collect();
    assert!(
        entries.contains(&"accept-loop") && entries.contains(&"http-server-idle"),
        "{entries:?}"
    );
}
