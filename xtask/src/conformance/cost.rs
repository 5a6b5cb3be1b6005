//! What exploring costs on real code: CPU time and states of every function that `gosleuth check` explores, each within the bounds it has there.

use std::num::NonZeroUsize;

use anyhow::{Context as _, Result, ensure};
use gosleuth_engine::{AnalysisOptions, Config, OsSystem, Overrides, Seen, TypedUnit, Visited, analyse, load};
use gosleuth_ir::{Unit, UnitFile, build_package};
use gosleuth_rules::{Models, PackageInput, RuleFile, explore_package, linked};
use gosleuth_types::Caches;
use serde::{Deserialize, Serialize};

use super::say;

/// What `cargo xtask conformance cost` takes.
#[derive(clap::Args)]
pub(crate) struct CostArgs {
    /// Packages, as `gosleuth check` takes them
    #[arg(default_value = "std")]
    patterns: Vec<String>,
}

/// One explored function.
#[derive(Serialize, Deserialize)]
struct Cost {
    name: String,
    seconds: f64,
    states: u32,
}

/// Functions that are shown.
const SHOWN: usize = 10;

pub(crate) fn run(args: &CostArgs) -> Result<()> {
    let directory = std::env::current_dir()?;
    let overrides = Overrides {
        tests: true,
        ..Overrides::default()
    };
    let (config, _) = Config::detect(&OsSystem, &directory, &overrides);
    let workspace = load(&OsSystem, &config, &directory, &args.patterns);
    let models = Models::default();
    let visit = |unit: &TypedUnit<'_>| Seen::from(serde_json::to_vec(&costs(unit, &models)).unwrap_or_default());
    let options = AnalysisOptions {
        tests: true,
        threads: NonZeroUsize::MIN,
        visited: Visited::Roots,
        cache: None,
        facts: false,
        salt: "",
    };
    let analysis = analyse(&OsSystem, &config, &workspace, &options, &visit);
    let mut costs: Vec<Cost> = Vec::new();
    for bytes in analysis.results.iter().filter(|bytes| !bytes.is_empty()) {
        costs.extend(serde_json::from_slice::<Vec<Cost>>(bytes).context("written by this program")?);
    }
    ensure!(!costs.is_empty(), "nothing was explored");
    costs.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
    let at = |part: f64| costs[((costs.len() - 1) as f64 * part) as usize].seconds * 1000.0;
    let total: f64 = costs.iter().map(|cost| cost.seconds).sum();
    say(format!(
        "{} functions, {total:.1} s of CPU: median {:.2} ms, 90 % {:.2} ms, 99 % {:.1} ms, most {:.0} ms",
        costs.len(),
        at(0.5),
        at(0.9),
        at(0.99),
        at(1.0)
    ));
    for cost in costs.iter().rev().take(SHOWN) {
        say(format!(
            "{:>8.1} ms {:>7} states  {}",
            cost.seconds * 1000.0,
            cost.states,
            cost.name
        ));
    }
    Ok(())
}

fn costs(unit: &TypedUnit<'_>, models: &Models) -> Vec<Cost> {
    let caches = Caches::default();
    let query = unit.query(&caches);
    let files: Vec<RuleFile<'_>> = unit
        .files
        .iter()
        .zip(&unit.checked.files)
        .map(|(source, info)| RuleFile {
            path: source.path,
            text: source.text,
            tree: source.tree,
            info,
            go_minor: 26,
            is_test: source.path.ends_with("_test.go"),
        })
        .collect();
    let lowered: Vec<UnitFile<'_>> = files
        .iter()
        .map(|file| UnitFile {
            tree: file.tree,
            info: file.info,
            go_minor: file.go_minor,
        })
        .collect();
    let ir = build_package(&Unit { query, files: &lowered });
    let linked = linked(query, &ir, &|_| None);
    let path = unit.world.path(unit.pkg);
    let input = PackageInput {
        query,
        files: &files,
        ir: &ir,
        linked: &linked,
        path,
        models,
        budget: 100,
    };
    let mut costs: Vec<Cost> = Vec::new();
    let mut last = cpu_seconds().unwrap_or_default();
    explore_package(&input, |func, states| {
        let now = cpu_seconds().unwrap_or_default();
        let name = format!("{path}.{}", ir.funcs[func].name);
        let seconds = now - last;
        // A function whose share was too small comes again.
        match costs.iter_mut().find(|cost| cost.name == name) {
            Some(cost) => {
                cost.seconds += seconds;
                cost.states = cost.states.max(states);
            }
            None => costs.push(Cost { name, seconds, states }),
        }
        last = cpu_seconds().unwrap_or_default();
    });
    costs
}

/// CPU time of this thread.
fn cpu_seconds() -> Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").context("only Linux says what a thread takes")?;
    let nanoseconds: f64 = text.split_whitespace().next().context("it is empty")?.parse()?;
    Ok(nanoseconds / 1e9)
}
