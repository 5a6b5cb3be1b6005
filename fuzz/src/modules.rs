//! Reading modules and packages, with what must hold of every result.

use std::path::Path;

use gosleuth_engine::units::{self, UnitTarget};
use gosleuth_engine::{Config, MemorySystem, Overrides, load};
use gosleuth_syntax::{constraint, gomod, gowork, header};

/// Lines of errors are in the text.
pub fn go_mod(data: &[u8]) {
    let lines = data.iter().filter(|&&byte| byte == b'\n').count() as u32 + 1;
    let file = gomod::parse(data);
    assert!(file.errors.iter().all(|error| (1..=lines).contains(&error.line)));
    assert!(file.require.iter().all(|require| (1..=lines).contains(&require.line)));
}

/// The same for workspaces.
pub fn go_work(data: &[u8]) {
    let lines = data.iter().filter(|&&byte| byte == b'\n').count() as u32 + 1;
    let file = gowork::parse(data);
    assert!(file.errors.iter().all(|error| (1..=lines).contains(&error.line)));
}

/// A constraint that is printed and read again is the same; errors are inside the text.
pub fn constraint(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match constraint::parse(&text) {
        Ok(parsed) => {
            let printed = parsed.to_string();
            let again = constraint::parse(&printed).expect("what is printed is a constraint");
            assert_eq!(again.to_string(), printed);
            assert_eq!(again.go_version(), parsed.go_version());
            for word in ["linux", "go1.22", "a"] {
                assert_eq!(again.eval(&mut |tag| tag != word), parsed.eval(&mut |tag| tag != word));
            }
        }
        Err(error) => assert!(error.span.start <= error.span.end && error.span.end as usize <= text.len()),
    }
    constraint::parse_plus(&text).eval(&mut |tag| tag.len() % 2 == 0);
}

/// Spans are inside the text, and a start of it that is enough says the same as all of it.
pub fn header(data: &[u8]) {
    let Some((&cut, text)) = data.split_first() else { return };
    let whole = header::scan(text, true);
    assert!(!whole.cut);
    let inside = |span: gosleuth_syntax::ast::Span| span.start <= span.end && span.end as usize <= text.len();
    assert!(whole.imports.iter().all(|import| inside(import.span)));
    assert!(whole.errors.iter().all(|error| inside(error.span)));
    assert!(whole.errors.is_sorted_by_key(|error| error.span));
    assert!(header::embeds(text).iter().all(|embed| inside(embed.span) && !embed.span.of(text).is_empty()));
    let start = header::scan(&text[..text.len() * usize::from(cut) / 256], false);
    if !start.cut {
        assert_eq!(start, whole);
    }
}

/// Loads the files of a text, `-- PATH --` before each, and checks the order of packages and units, on one thread and on two.
pub fn machine(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut system = MemorySystem::new();
    system.set_env("HOME", "/home").set_env("GOROOT", "/go").file("/go/VERSION", "go1.26").file("/go/src/runtime/r.go", "package runtime");
    let mut path = "go.mod";
    let mut contents = String::new();
    for line in text.lines().chain(["-- end --"]) {
        let Some(next) = line.strip_prefix("-- ").and_then(|line| line.strip_suffix(" --")) else {
            contents.push_str(line);
            contents.push('\n');
            continue;
        };
        let full = gosleuth_engine::normal(&Path::new("/m").join(path));
        match path.split_once(" -> ") {
            Some((link, target)) => _ = system.symlink(gosleuth_engine::normal(&Path::new("/m").join(link)), target),
            None => _ = system.file(full, std::mem::take(&mut contents)),
        }
        path = next;
    }
    let mut shown = Vec::new();
    for threads in [1, 2] {
        let overrides = Overrides { tests: true, threads: Some(threads), ..Overrides::default() };
        let (config, _) = Config::detect(&system, Path::new("/m"), &overrides);
        let patterns = ["./...", "all", "std"].map(str::to_owned);
        let workspace = load(&system, &config, Path::new("/m"), &patterns);
        assert!(workspace.packages.as_slice().is_sorted_by_key(|package| (package.depth, package.import_path.clone())));
        let circles = workspace.problems.iter().any(|problem| problem.message.starts_with("import cycle"));
        let all = units::units(&workspace, true);
        for (id, unit) in all.iter_enumerated() {
            let backwards = |target| !matches!(target, UnitTarget::Unit(other) if other >= id);
            assert!(circles || unit.imports.iter().all(|import| backwards(import.target)));
        }
        shown.push(format!("{workspace:?}{all:?}"));
    }
    assert_eq!(shown[0], shown[1]);
}
