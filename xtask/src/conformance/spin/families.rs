//! Models of the programs in `testdata/families`, given to SPIN.
//!
//! Where the model is exact, SPIN and the explorer have to say the same. Where it is not, it can do more than the program, so that whatever
//! the explorer finds SPIN finds too.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::Result;
use gosleuth_engine::{AnalysisOptions, Config, OsSystem, Overrides, Seen, TypedUnit, Visited, analyse, load};
use gosleuth_ir::{Unit, UnitFile, build_package};
use gosleuth_model::{Bounds, Explorer, FailureKind, FuncKey, Program, ProgramUnit, promela};
use gosleuth_types::Caches;
use serde::{Deserialize, Serialize};

use crate::repository;

/// What is known of a test.
#[derive(Serialize, Deserialize)]
struct Known {
    name: String,
    /// Somebody can be stuck.
    stuck: bool,
    /// The process can die.
    panics: bool,
    /// Every schedule was followed.
    complete: bool,
    exact: bool,
    promela: String,
}

/// States of one test.
const STATES: u32 = 20_000;

/// The score, a line for all and one for each difference.
pub(super) fn compare(folder: &Path) -> Result<String> {
    let (mut exact, mut agree, mut wider, mut kept, mut large) = (0, 0, 0, 0, 0);
    let mut differences = String::new();
    for known in tests() {
        let Ok(theirs) = super::spin(folder, &known.promela) else {
            // More states than it has room for.
            large += 1;
            continue;
        };
        if known.exact && known.complete && !known.panics {
            exact += 1;
            if theirs == known.stuck {
                agree += 1;
            } else {
                writeln!(
                    differences,
                    "{}: the model {} be stuck, the program {}",
                    known.name,
                    if theirs { "can" } else { "cannot" },
                    if known.stuck { "can" } else { "cannot" }
                )?;
            }
        } else if known.stuck {
            wider += 1;
            if theirs {
                kept += 1;
            } else {
                writeln!(
                    differences,
                    "{}: the program can be stuck, the model cannot",
                    known.name
                )?;
            }
        }
    }
    Ok(format!(
        "# Models of testdata/families: those that can do just what the program can, and wider ones of programs in which somebody can be stuck\n\
         {agree} of {exact} exact models agree; {kept} of {wider} wider ones can be stuck too; {large} are too large for SPIN\n{differences}"
    ))
}

/// All tests of the families, by their names.
fn tests() -> Vec<Known> {
    let directory = repository::root().join("testdata/families");
    let (config, _) = Config::detect(
        &OsSystem,
        &directory,
        &Overrides {
            tests: true,
            ..Overrides::default()
        },
    );
    let workspace = load(&OsSystem, &config, &directory, &["./...".to_owned()]);
    let visit = |unit: &TypedUnit<'_>| Seen::from(serde_json::to_vec(&explored(unit)).unwrap_or_default());
    let options = AnalysisOptions {
        tests: true,
        threads: NonZeroUsize::MIN,
        visited: Visited::Roots,
        cache: None,
        facts: false,
        salt: "",
    };
    let analysis = analyse(&OsSystem, &config, &workspace, &options, &visit);
    let mut tests = Vec::new();
    for (unit, bytes) in analysis.units.iter().zip(analysis.results.iter()) {
        let path = &workspace.packages[unit.package].import_path;
        let known: Vec<Known> = serde_json::from_slice(bytes).unwrap_or_default();
        tests.extend(known.into_iter().map(|known| Known {
            name: format!("{path}.{}", known.name),
            ..known
        }));
    }
    tests.sort_by(|a, b| a.name.cmp(&b.name));
    tests
}

fn explored(unit: &TypedUnit<'_>) -> Vec<Known> {
    let caches = Caches::default();
    let query = unit.query(&caches);
    let files: Vec<UnitFile<'_>> = unit
        .files
        .iter()
        .zip(&unit.checked.files)
        .map(|(source, info)| UnitFile {
            tree: source.tree,
            info,
            go_minor: 21,
        })
        .collect();
    let package = build_package(&Unit { query, files: &files });
    let program = Program::new(vec![ProgramUnit {
        query,
        package: &package,
    }]);
    let mut explorer = Explorer::new(&program);
    let bounds = Bounds {
        states: STATES,
        instructions: 5_000_000,
        ..Bounds::default()
    };
    let is_test = |name: &str| name.starts_with("Test") && !name.contains('.');
    package
        .funcs
        .iter_enumerated()
        .filter(|(_, func)| is_test(&func.name))
        .map(|(func, body)| {
            let key = FuncKey { unit: 0, func };
            let outcome = explorer.explore(key, bounds);
            let model = explorer.extract(key, bounds);
            let is_wait = |kind| matches!(kind, FailureKind::Deadlock | FailureKind::Leak);
            Known {
                name: body.name.clone(),
                stuck: outcome.failures.iter().any(|failure| is_wait(failure.kind)),
                panics: outcome.failures.iter().any(|failure| !is_wait(failure.kind)),
                complete: outcome.complete,
                exact: model.exact,
                promela: promela(&model, &body.name, |_| String::new()),
            }
        })
        .collect()
}
