//! `gosleuth model`: one function as a finite model, and whether it can hang or panic.

mod build;
mod document;
mod text;

use anyhow::{Result, bail};
use gosleuth_engine::{
    AnalysisOptions, Config, OsSystem, Seen, TypedUnit, Visited, analyse, base_directory, load, normal,
};
use gosleuth_model::Bounds;
use gosleuth_rules::{Models, PackageInput};
use serde::{Deserialize, Serialize};

use crate::args::{ModelArgs, ModelFormatArg};
use crate::check::analysis::{Told, facts_of, unit_name, with_package};
use crate::commands::list::overrides;
use crate::{Exit, Io};

use document::Document;

#[cfg(feature = "schema")]
pub use document::schema;

/// What is known of the functions of one unit.
#[derive(Default, Serialize, Deserialize)]
struct Functions {
    /// Symbols of all functions with a name.
    all: Vec<String>,
    /// Models of those that are meant, and how exactly they are named: 0 is the whole symbol.
    meant: Vec<(u8, Document)>,
}

/// Functions of one unit that are explored, if more than one is meant.
const MAX_MEANT: usize = 3;

/// Names that are shown when none is meant, or several are.
const SHOWN_NAMES: usize = 8;

pub(crate) fn run(args: &ModelArgs, io: &mut Io<'_>) -> Result<Exit> {
    let patterns = match args.patterns.as_slice() {
        [] => vec!["./...".to_owned()],
        patterns => patterns.to_vec(),
    };
    let directory = normal(&io.directory);
    let base = base_directory(&OsSystem, &directory, &patterns);
    let (config, _) = Config::detect(&OsSystem, &base, &overrides(&args.build, true));
    let workspace = load(&OsSystem, &config, &directory, &patterns);
    if workspace.roots.is_empty() {
        bail!("no packages match {}", patterns.join(" "));
    }
    let facts = facts_of(&workspace);
    let units = gosleuth_engine::units::units(&workspace, true);
    let models = Models::default();
    let bounds = Bounds {
        states: args.states,
        steps: args.steps,
        guesses: args.guesses,
        instructions: 400_000 * u64::from(args.budget.percent()),
        ..Bounds::default()
    };
    let told = Told::default();
    let visit = |unit: &TypedUnit<'_>| {
        let path = unit_name(&workspace, &units[unit.unit]);
        let look = |input: &PackageInput<'_>| functions(input, args, bounds);
        let (functions, facts) = with_package(unit, &path, &facts, (&models, 0), &told, look);
        Seen {
            result: functions.map_or_else(Vec::new, |functions| serde_json::to_vec(&functions).unwrap_or_default()),
            facts,
        }
    };
    let options = AnalysisOptions {
        tests: true,
        threads: std::thread::available_parallelism().unwrap_or(std::num::NonZeroUsize::MIN),
        visited: Visited::Roots,
        cache: None,
        facts: true,
        salt: "",
    };
    let analysis = analyse(&OsSystem, &config, &workspace, &options, &visit);
    let mut all = Vec::new();
    let mut meant = Vec::new();
    for bytes in analysis.results.iter().filter(|bytes| !bytes.is_empty()) {
        let functions: Functions = serde_json::from_slice(bytes).unwrap_or_default();
        all.extend(functions.all);
        meant.extend(functions.meant);
    }
    meant.sort_by(|a, b| (a.0, &a.1.function).cmp(&(b.0, &b.1.function)));
    let best = meant.first().map(|(rank, _)| *rank);
    meant.retain(|(rank, _)| Some(*rank) == best);
    let mut document = match meant.len() {
        0 => bail!(unknown(&args.function, &mut all)),
        1 => meant.swap_remove(0).1,
        count => {
            let names: Vec<&str> = meant
                .iter()
                .take(SHOWN_NAMES)
                .map(|(_, document)| document.function.as_str())
                .collect();
            bail!(
                "{} names {count} functions or more: {}; write the whole symbol",
                args.function,
                names.join(", ")
            )
        }
    };
    document.relative_to(&directory);
    if args.promela {
        io.stdout.write_all(document.promela.as_bytes())?;
    } else {
        match args.format {
            ModelFormatArg::Text => text::write(&mut document, io.stdout)?,
            ModelFormatArg::Json => gosleuth_report::write_document(&document, io.stdout)?,
        }
    }
    Ok(if document.failures.is_empty() {
        Exit::Clean
    } else {
        Exit::Found
    })
}

/// The functions of a package, and models of those that are meant.
fn functions(input: &PackageInput<'_>, args: &ModelArgs, bounds: Bounds) -> Functions {
    let mut functions = Functions::default();
    for (id, func) in input.ir.funcs.iter_enumerated() {
        if func.parent.is_some() || func.obj.is_none() || func.blocks.is_empty() {
            continue;
        }
        let symbol = format!("{}.{}", input.path, func.name);
        if let Some(rank) = rank(&args.function, &symbol, input.path)
            && functions.meant.len() < MAX_MEANT
        {
            functions.meant.push((rank, build::document(input, id, bounds)));
        }
        functions.all.push(symbol);
    }
    functions
}

/// How exactly a name means a symbol: the whole of it, the part behind the path of the package, or another part behind a dot or slash. `T.m`
/// means `(*T).m` too.
fn rank(name: &str, symbol: &str, path: &str) -> Option<u8> {
    let plain = |text: &str| text.replace("(*", "").replace([')', '('], "");
    let (name, short) = (plain(name), plain(&symbol[path.len() + 1..]));
    let symbol = plain(symbol);
    let with_package = path
        .rsplit('/')
        .next()
        .is_some_and(|last| name == format!("{last}.{short}"));
    match () {
        () if name == symbol => Some(0),
        () if name == short || with_package => Some(1),
        () => symbol
            .strip_suffix(&name)
            .filter(|before| before.ends_with(['.', '/']))
            .map(|_| 2),
    }
}

/// That no function is meant, and which ones may have been.
fn unknown(name: &str, all: &mut [String]) -> String {
    let last = |symbol: &str| symbol.rsplit(['.', '/']).next().unwrap_or(symbol).to_lowercase();
    let wanted = last(name);
    let distance = |symbol: &str| edits(&wanted, &last(symbol));
    all.sort_by_cached_key(|symbol| (distance(symbol), symbol.clone()));
    let near: Vec<&str> = all
        .iter()
        .filter(|symbol| distance(symbol) <= 1 + wanted.chars().count() / 3)
        .take(SHOWN_NAMES)
        .map(String::as_str)
        .collect();
    if near.is_empty() {
        format!(
            "no function is called {name} in {} functions of these packages",
            all.len()
        )
    } else {
        format!("no function is called {name}; near it: {}", near.join(", "))
    }
}

/// Letters to change, add or leave out to make one word of another (Levenshtein, 1966).
fn edits(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (number, letter) in one.chars().enumerate() {
        let mut before = number;
        row[0] = number + 1;
        for (place, &known) in other.iter().enumerate() {
            let change = before + usize::from(letter != known);
            before = row[place + 1];
            row[place + 1] = change.min(before + 1).min(row[place] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_mean_symbols() {
        let path = "example.com/a/p";
        assert_eq!(
            rank("example.com/a/p.(*T).Run", "example.com/a/p.(*T).Run", path),
            Some(0)
        );
        assert_eq!(rank("(*T).Run", "example.com/a/p.(*T).Run", path), Some(1));
        assert_eq!(rank("T.Run", "example.com/a/p.(*T).Run", path), Some(1));
        assert_eq!(rank("p.(*T).Run", "example.com/a/p.(*T).Run", path), Some(1));
        assert_eq!(rank("Run", "example.com/a/p.(*T).Run", path), Some(2));
        assert_eq!(rank("Run", "example.com/a/p.Run", path), Some(1));
        assert_eq!(rank("un", "example.com/a/p.Run", path), None);
    }

    #[test]
    fn near_names() {
        assert_eq!(edits("serve", "server"), 1);
        assert_eq!(edits("", "ab"), 2);
        let mut all = ["p.(*T).Serve".to_owned(), "p.Close".to_owned()];
        assert_eq!(
            unknown("Sevre", &mut all),
            "no function is called Sevre; near it: p.(*T).Serve"
        );
    }
}
