//! Minimal version selection: <https://go.dev/ref/mod#minimal-version-selection>, with the pruning of
//! <https://go.dev/ref/mod#graph-pruning>.

use gosleuth_syntax::GoVersion;
use gosleuth_syntax::gomod::{self, GoMod, ModuleVersion};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Modules;
use crate::config::read_small;
use crate::parallel;
use crate::version::{compare, escape};

/// What counts of the `go.mod` of a dependency.
#[derive(Clone, Debug, Default)]
pub(super) struct Summary {
    pub(super) go: Option<GoVersion>,
    require: Vec<ModuleVersion>,
}

/// Whether a `go.mod` with this version names everything that building its packages takes, so that the requirements of its requirements
/// can be left out.
pub(super) fn prunes(go: Option<GoVersion>) -> bool {
    go.is_some_and(|go| go >= GoVersion::language(17))
}

/// What a file requires, without what is excluded.
pub(super) fn requirements(file: &GoMod, excluded: &FxHashSet<ModuleVersion>) -> Vec<ModuleVersion> {
    let modules = file.require.iter().map(|require| &require.module);
    modules.filter(|module| !excluded.contains(module)).cloned().collect()
}

/// Notes a version if it is higher than the one noted before.
pub(super) fn raise(versions: &mut FxHashMap<String, String>, module: ModuleVersion) {
    let known = versions.entry(module.path).or_insert_with(|| module.version.clone());
    if compare(known, &module.version).is_lt() {
        *known = module.version;
    }
}

impl Modules<'_> {
    /// The version of every module that the requirements reach, main modules left out.
    pub(super) fn selected(&self) -> &FxHashMap<String, String> {
        self.selected.get_or_init(|| self.select())
    }

    /// Goes through the graph level by level: each module version once, and once more if it turns out that all below it counts.
    fn select(&self) -> FxHashMap<String, String> {
        let mut versions = FxHashMap::default();
        // A module of an unpruned graph shows everything below it, whatever the versions there say.
        let mut seen: FxHashSet<(ModuleVersion, bool)> = FxHashSet::default();
        let mut level: Vec<(ModuleVersion, bool)> = Vec::new();
        for main in &self.mains {
            let unpruned = !prunes(main.file.go);
            for module in requirements(&main.file, &self.excluded) {
                raise(&mut versions, module.clone());
                if seen.insert((module.clone(), unpruned)) {
                    level.push((module, unpruned));
                }
            }
        }
        while !level.is_empty() {
            let summaries = parallel::map(self.config.threads, &level, |(module, _)| {
                self.summary(&module.path, &module.version)
            });
            let mut next = Vec::new();
            for ((_, unpruned), summary) in level.iter().zip(summaries) {
                let goes_on = *unpruned || !prunes(summary.go);
                for module in summary
                    .require
                    .into_iter()
                    .filter(|module| !self.excluded.contains(module))
                {
                    raise(&mut versions, module.clone());
                    let key = (module, true);
                    if goes_on && !seen.contains(&key) {
                        seen.insert(key.clone());
                        next.push(key);
                    }
                }
            }
            level = next;
        }
        for main in &self.mains {
            versions.remove(&main.path);
        }
        versions
    }

    /// The `go.mod` of a module at a version, or of what replaces it; empty if it is not here.
    pub(super) fn summary(&self, path: &str, version: &str) -> Summary {
        let replacement = self.replacements.of(path, version);
        let file = match replacement.and_then(|replacement| replacement.directory()) {
            Some(dir) => Some(dir.join("go.mod")),
            None => {
                let (path, version) = replacement
                    .and_then(|replacement| replacement.module())
                    .unwrap_or((path, version));
                self.config.gomodcache.as_ref().and_then(|cache| {
                    let (path, version) = (escape(path)?, escape(version)?);
                    Some(cache.join(format!("cache/download/{path}/@v/{version}.mod")))
                })
            }
        };
        let Some(text) = file.and_then(|file| read_small(self.system, &file).ok()) else {
            return Summary::default();
        };
        let file = gomod::parse(&text);
        let modules = file.require.into_iter().map(|require| require.module);
        Summary {
            go: file.go,
            require: modules.collect(),
        }
    }
}
