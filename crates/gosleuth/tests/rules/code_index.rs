//! What recorded dumps say of places, against the index of the source.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;

use gosleuth_engine::{AnalysisOptions, Config, OsSystem, Overrides, Visited, analyse, load_with};
use gosleuth_ir::{CodeIndex, SiteKind, Unit, UnitFile, build_package};
use gosleuth_testkit::recordings::Recordings;
use gosleuth_types::Caches;

/// The index of each fixture program, by `family/name`.
fn indices() -> BTreeMap<String, CodeIndex> {
    let root = gosleuth_testkit::repository_root().join("testdata/programs");
    let root = root.canonicalize().expect("the programs");
    let config = Config::detect(&OsSystem, &root, &Overrides::default()).0;
    let workspace = load_with(&OsSystem, &config, &root, &["./...".to_owned()], None);
    let options = AnalysisOptions {
        tests: false,
        threads: NonZeroUsize::new(2).expect("two"),
        visited: Visited::Roots,
        cache: None,
        facts: false,
        salt: "",
    };
    let found = Mutex::new(BTreeMap::new());
    analyse(&OsSystem, &config, &workspace, &options, &|unit| {
        let caches = Caches::default();
        let files: Vec<_> = unit
            .files
            .iter()
            .zip(&unit.checked.files)
            .map(|(source, info)| UnitFile {
                tree: source.tree,
                info,
                go_minor: 26,
            })
            .collect();
        let lowered = Unit {
            query: unit.query(&caches),
            files: &files,
        };
        let package = build_package(&lowered);
        let names: Vec<_> = unit.files.iter().map(|file| file.path).collect();
        let index = CodeIndex::new(&lowered, &package, "main", &names);
        let bytes = serde_json::to_vec(&index).expect("names and numbers");
        assert_eq!(serde_json::from_slice::<CodeIndex>(&bytes).ok().as_ref(), Some(&index));
        let directory = names.first().and_then(|name| name.rsplit_once('/')).map(|(dir, _)| dir);
        if let Some(name) = directory.and_then(|dir| dir.strip_prefix(&format!("{}/", root.display()))) {
            found.lock().expect("nobody panics").insert(name.to_owned(), index);
        }
        Default::default()
    });
    found.into_inner().expect("nobody panics")
}

/// A frame of a dump: symbol, file and line.
struct Frame<'t> {
    symbol: &'t str,
    file: &'t str,
    line: u32,
}

/// The frame that two lines of a dump show.
fn frame<'t>(symbol: &'t str, place: &'t str) -> Option<Frame<'t>> {
    let place = place.trim().split(' ').next()?;
    let (file, line) = place.rsplit_once(':')?;
    Some(Frame {
        symbol,
        file,
        line: line.parse().ok()?,
    })
}

/// What a goroutine in a state does, if the state says.
fn kind_of(state: &str) -> Option<fn(&SiteKind) -> bool> {
    Some(match state.split(',').next()? {
        "chan send" => |kind| *kind == SiteKind::Send,
        "chan receive" => |kind| *kind == SiteKind::Receive,
        "select" => |kind| *kind == SiteKind::Select,
        // A `Once` has a mutex.
        "sync.Mutex.Lock" => {
            |kind| matches!(kind, SiteKind::Call(callee) if callee.ends_with("Lock") || callee.ends_with(".Do"))
        }
        "sync.WaitGroup.Wait" => |kind| matches!(kind, SiteKind::Call(callee) if callee.ends_with("Wait")),
        _ => return None,
    })
}

#[test]
fn recorded_places_lead_to_what_is_done_there() {
    if !crate::has_go() {
        return;
    }
    let indices = indices();
    assert!(indices.len() > 150, "{}", indices.len());
    let (mut all, mut by_symbol) = (0, 0);
    let mut wrong = Vec::new();
    for minor in [22, 26, 27] {
        for (program, form, bytes) in Recordings::open(minor).iter() {
            let Some(index) = indices.get(program).filter(|_| form == "A.debug2.txt") else {
                continue;
            };
            // Its text has changed since.
            if program == "deadlock/lock-across-send" {
                continue;
            }
            let text = String::from_utf8_lossy(bytes);
            let lines: Vec<&str> = text.lines().collect();
            let mut state = "";
            let mut is_top = false;
            for pair in lines.windows(2) {
                if let Some((_, rest)) = pair[0].strip_prefix("goroutine ").and_then(|rest| rest.split_once('[')) {
                    state = rest.split(']').next().unwrap_or_default();
                    is_top = true;
                    continue;
                }
                if !pair[1].starts_with('\t') {
                    continue;
                }
                let creator = pair[0].strip_prefix("created by ");
                let (symbol, wanted): (&str, fn(&SiteKind) -> bool) = match (creator, kind_of(state)) {
                    (Some(creator), _) => {
                        let symbol = creator.split(" in goroutine").next().unwrap_or(creator);
                        (symbol, |kind| matches!(kind, SiteKind::Go(_)))
                    }
                    (None, Some(wanted)) if is_top => {
                        let symbol = pair[0];
                        if ["runtime.", "sync.", "internal/"]
                            .iter()
                            .any(|start| symbol.starts_with(start))
                        {
                            continue;
                        }
                        is_top = false;
                        let end = pair[0].rfind('(').unwrap_or(pair[0].len());
                        (&pair[0][..end], wanted)
                    }
                    _ => continue,
                };
                if !symbol.starts_with("main.") {
                    continue;
                }
                let Some(frame) = frame(symbol, pair[1]) else { continue };
                all += 1;
                let named = index.at_symbol(frame.symbol, frame.line);
                by_symbol += usize::from(named.iter().any(|site| wanted(&site.kind)));
                let found = index.at(frame.symbol, frame.file, frame.line);
                if !found.iter().any(|site| wanted(&site.kind)) {
                    wrong.push(format!("go1.{minor} {program}: {state}: {symbol} line {}", frame.line));
                }
            }
        }
    }
    wrong.sort();
    wrong.dedup();
    assert!(wrong.is_empty(), "{} of {all}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(
        all > 300 && by_symbol * 100 >= all * 95,
        "{by_symbol} of {all} by symbol"
    );
}
