//! Pages of recorded traces, read as the script does.

use gosleuth_evidence::StackTable;
use gosleuth_evidence::trace::analysis::{Analysis, AnalysisOptions};
use gosleuth_evidence::trace::{WalkOptions, walk};
use gosleuth_testkit::recordings::traces;
use serde_json::Value;

use super::tiles::tests::{columns, number, unpack};
use super::*;

/// The page of a recorded trace, and what the analysis says of it.
fn page(packed: &[u8], options: &TimelineOptions) -> (String, Analysis) {
    let walk_options = WalkOptions::default();
    let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
    let mut timeline = Timeline::new(options);
    let mut bytes = packed;
    let outcome = walk(
        "t.trace",
        &mut bytes,
        &mut strings,
        &mut stacks,
        &walk_options,
        &mut timeline,
    );
    let mut out = Vec::new();
    timeline
        .write("dir/t<b>.trace", &outcome, &strings, &stacks, &mut out)
        .expect("no error in memory");
    let mut analysis = Analysis::new(AnalysisOptions::default());
    let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
    let mut bytes = packed;
    walk(
        "t.trace",
        &mut bytes,
        &mut strings,
        &mut stacks,
        &walk_options,
        &mut analysis,
    );
    (String::from_utf8(out).expect("text"), analysis)
}

fn recorded(wanted: &str) -> Vec<u8> {
    let found = traces().into_iter().find(|(name, _)| name.starts_with(wanted));
    found.expect("a recorded trace").1
}

/// The content of a script element.
fn data<'p>(page: &'p str, id: &str) -> &'p str {
    let (_, rest) = page.split_once(&format!(" id=\"{id}\">")).expect("the element");
    rest.split_once("</script>").expect("its end").0
}

struct Read {
    meta: Value,
    text: String,
}

impl Read {
    fn new(page: &str) -> Self {
        let meta: Value = serde_json::from_str(data(page, "meta")).expect("JSON");
        let text = format!("{}{}", data(page, "head"), data(page, "rest"));
        assert_eq!(meta["head"], data(page, "head").len());
        Self { meta, text }
    }

    fn part(&self, at: &Value) -> Vec<u8> {
        let number = |index: usize| at[index].as_u64().expect("a number") as usize;
        unpack(&self.text[number(0)..number(0) + number(1)])
    }

    fn json(&self, key: &str) -> Value {
        serde_json::from_slice(&self.part(&self.meta[key])).expect("JSON")
    }

    /// Lengths of time of all pieces of a level, each with its first share.
    fn busy(&self, set: &str, level: usize) -> (u64, f64) {
        let level = &self.meta[set]["levels"][level];
        let unit = level["unit"].as_u64().expect("a number");
        let (mut pieces, mut busy) = (0, 0.0);
        for tile in level["tiles"].as_array().expect("a list") {
            let bytes = self.part(&serde_json::json!([tile[4], tile[5]]));
            let columns = columns(&bytes);
            assert_eq!(columns.len(), 6);
            let (mut lengths, mut tones, mut shares) = (0, 0, columns[5].chunks(4));
            while lengths < columns[2].len() {
                let length = number(columns[2], &mut lengths) * unit;
                let is_merged = number(columns[3], &mut tones) & 1 == 1;
                let share = if is_merged {
                    f64::from(shares.next().expect("shares")[0]) / 255.0
                } else {
                    1.0
                };
                busy += length as f64 * share;
                pieces += 1;
            }
            assert_eq!(tones, columns[3].len());
            assert!(shares.next().is_none());
        }
        (pieces, busy)
    }
}

#[test]
fn a_page_needs_nothing_from_elsewhere() {
    for (name, packed) in traces() {
        if ["go1.19", "go1.21"].iter().any(|old| name.starts_with(old)) {
            continue;
        }
        let (page, _) = page(&packed, &TimelineOptions::default());
        for reference in [
            "http:",
            "https:",
            " src=",
            "url(",
            "@import",
            "import(",
            "fetch(",
            "XMLHttpRequest",
            "WebSocket",
        ] {
            assert!(!page.contains(reference), "{name}: {reference}");
        }
        let links = page
            .match_indices(" href=\"")
            .map(|(at, text)| &page[at + text.len()..]);
        assert!(
            links.clone().count() > 0 && links.into_iter().all(|link| link.starts_with('#')),
            "{name}"
        );
        assert!(page.contains("default-src 'none'; script-src 'sha256-"), "{name}");
        assert!(
            page.contains("<h1>t&lt;b&gt;.trace</h1>") && !page.contains("t<b>"),
            "{name}"
        );
    }
}

#[test]
fn what_a_page_holds_adds_up() {
    let (page, analysis) = page(&recorded("go1.27-slow"), &TimelineOptions::default());
    let read = Read::new(&page);
    let sites = analysis.totals.sites.iter();
    let running: u64 = sites
        .clone()
        .map(|site| site.times[gosleuth_evidence::trace::GoState::Running as usize])
        .sum();
    let goroutines: u64 = sites.map(|site| site.created + site.older).sum();
    // Each set shows the time in which goroutines ran, beside the collector's own lanes.
    let levels = read.meta["procs"]["levels"].as_array().expect("a list").len();
    assert!(levels > 3);
    let collector: u64 = read.meta["procs"]["lanes"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|lane| !lane.as_str().is_some_and(|name| name.starts_with('P')))
        .count() as u64;
    assert_eq!(collector, 2);
    let (pieces, exact) = read.busy("procs", 0);
    assert!(pieces > 1000);
    for level in 1..levels {
        let (fewer, busy) = read.busy("procs", level);
        assert!(fewer <= pieces);
        assert!((busy / exact - 1.0).abs() < 0.05, "level {level}: {busy} of {exact}");
    }
    let people = read.json("people");
    assert_eq!(people.as_array().map(Vec::len), Some(goroutines as usize));
    let ran: u64 = people
        .as_array()
        .expect("a list")
        .iter()
        .map(|person| person[6][0].as_u64().expect("a number"))
        .sum();
    assert_eq!(ran, running);
    let sites = read.json("sites");
    let ran: u64 = sites
        .as_array()
        .expect("a list")
        .iter()
        .map(|site| site[5][0].as_u64().expect("a number"))
        .sum();
    assert_eq!(ran, running);
    // The main goroutine waited in its wait group, on the stack that says so.
    let places = read.json("places");
    let texts = |index: &Value| {
        places["stacks"]["texts"][index.as_u64().expect("a number") as usize]
            .as_str()
            .expect("a text")
    };
    let main = people
        .as_array()
        .and_then(|people| people.iter().find(|person| person[0] == 1))
        .expect("G1");
    let spots = main[9]
        .as_array()
        .expect("a list")
        .iter()
        .map(|spent| &places["places"][spent[0].as_u64().expect("a number") as usize]);
    let mut waits = spots.filter(|place| place[1] == "sync.(*WaitGroup).Wait");
    let stack = waits.next().expect("the wait")[2].as_u64().expect("a stack") as usize;
    assert_eq!(texts(&places["stacks"]["stacks"][stack][0]), "main.main main.go:154");
}

#[test]
fn a_small_budget_makes_a_small_page() {
    let small = TimelineOptions {
        proc_pieces: 500,
        goroutine_pieces: 500,
        goroutines: 5,
        ..TimelineOptions::default()
    };
    let packed = recorded("go1.27-slow");
    let (page, analysis) = page(&packed, &small);
    let read = Read::new(&page);
    let (pieces, _) = read.busy("procs", 0);
    assert!(pieces <= 500, "{pieces}");
    assert!(read.busy("goroutines", 0).0 <= 500);
    let people = read.json("people");
    assert_eq!(people.as_array().map(Vec::len), Some(5));
    let goroutines: u64 = analysis.totals.sites.iter().map(|site| site.created + site.older).sum();
    assert_eq!(read.meta["others"], goroutines - 5);
    assert!(page.len() < 80_000, "{}", page.len());
}

#[test]
fn a_page_is_never_larger_than_it_may_be() {
    let packed = recorded("go1.27-slow");
    let (whole, _) = page(&packed, &TimelineOptions::default());
    let (small, _) = page(
        &packed,
        &TimelineOptions {
            bytes: 60_000,
            ..TimelineOptions::default()
        },
    );
    let (whole, small) = (Read::new(&whole), Read::new(&small));
    assert!(whole.text.len() > 100_000, "{}", whole.text.len());
    assert!(small.text.len() <= 60_000, "{}", small.text.len());
    // The time is all there.
    let ((_, before), (_, after)) = (whole.busy("procs", 0), small.busy("procs", 0));
    assert!((after / before - 1.0).abs() < 0.05, "{after} of {before}");
}

#[test]
fn damage_does_no_harm() {
    let mut bytes = Vec::new();
    let packed = recorded("go1.27-callback");
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed.as_slice()), &mut bytes).expect("a whole file");
    let mut seed = 1u64;
    for _ in 0..150 {
        let mut damaged = bytes.clone();
        for _ in 0..4 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = 16 + (seed >> 33) as usize % (damaged.len() - 16);
            damaged[at] ^= 1 << (seed >> 20 & 7);
        }
        let options = TimelineOptions {
            proc_pieces: 50,
            goroutine_pieces: 50,
            goroutines: 3,
            bytes: 2000,
        };
        let (page, _) = page(&damaged, &options);
        Read::new(&page);
    }
}
