//! `vendor/modules.txt`: <https://go.dev/ref/mod#go-mod-vendor>.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gosleuth_syntax::GoVersion;
use gosleuth_syntax::gomod::GoMod;
use rustc_hash::FxHashMap;

use crate::version::compare;
use crate::workspace::Module;

/// A directory with copies of the packages of other modules.
#[derive(Debug)]
pub(super) struct Vendor {
    pub(super) dir: PathBuf,
    /// By path.
    pub(super) modules: Vec<Arc<Module>>,
    /// Written by `go work vendor`.
    pub(super) of_workspace: bool,
    /// Module of each package.
    packages: FxHashMap<String, Arc<Module>>,
}

impl Vendor {
    /// Reads the list of a directory.
    pub(super) fn parse(text: &[u8], dir: &Path) -> Self {
        let text = String::from_utf8_lossy(text);
        let mut of_workspace = false;
        let mut sections: Vec<(Module, Vec<&str>)> = Vec::new();
        for line in text.lines() {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["##", notes @ ..] => {
                    of_workspace |= sections.is_empty() && notes.contains(&"workspace");
                    let go = notes
                        .iter()
                        .skip_while(|word| word.trim_end_matches(';') != "go")
                        .nth(1);
                    if let (Some((module, _)), Some(go)) = (sections.last_mut(), go) {
                        module.go_version = GoVersion::parse(go.trim_end_matches(';'));
                    }
                }
                ["#", path, rest @ ..] => {
                    let at = rest.iter().position(|word| *word == "=>").unwrap_or(rest.len());
                    let module = Module {
                        path: (*path).to_owned(),
                        version: Some(rest[..at].concat()),
                        dir: dir.join(path),
                        go_version: None,
                        replaced_by: rest.get(at + 1..).map(|words| words.join(" ")),
                    };
                    sections.push((module, Vec::new()));
                }
                [package] => {
                    if let Some((_, packages)) = sections.last_mut() {
                        packages.push(package);
                    }
                }
                _ => {}
            }
        }
        let mut vendor = Self {
            dir: dir.to_owned(),
            modules: Vec::new(),
            of_workspace,
            packages: FxHashMap::default(),
        };
        for (module, packages) in sections {
            let module = Arc::new(module);
            let with_module = packages
                .into_iter()
                .map(|package| (package.to_owned(), Arc::clone(&module)));
            vendor.packages.extend(with_module);
            vendor.modules.push(module);
        }
        vendor.modules.sort_by(|a, b| a.path.cmp(&b.path));
        vendor
    }

    /// The module of a package that the list names.
    pub(super) fn module_of(&self, package: &str) -> Option<Arc<Module>> {
        self.packages.get(package).cloned()
    }

    /// A sentence if the list was not made from this `go.mod`.
    pub(super) fn contradiction(&self, file: &GoMod) -> Option<String> {
        let version_of = |path: &str| {
            let at = self
                .modules
                .binary_search_by(|module| module.path.as_str().cmp(path))
                .ok()?;
            self.modules[at].version.as_deref()
        };
        file.require.iter().find_map(|require| {
            let module = &require.module;
            let vendored = version_of(&module.path)?;
            (!vendored.is_empty() && compare(vendored, &module.version).is_ne()).then(|| {
                format!(
                    "vendor has {} {vendored}, and go.mod asks for {}; `go mod vendor` brings them together",
                    module.path, module.version
                )
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "## workspace\n# example.com/a v1.2.3\n## explicit; go 1.20\nexample.com/a\nexample.com/a/b\n# example.com/c v0.1.0 => ../c\n## explicit\nexample.com/c\n# example.com/d => example.com/e v1.0.0\n";

    #[test]
    fn modules_and_their_packages() {
        let vendor = Vendor::parse(LIST.as_bytes(), Path::new("/m/vendor"));
        assert!(vendor.of_workspace);
        let a = vendor.module_of("example.com/a/b").expect("listed");
        assert_eq!(
            (a.version.as_deref(), a.go_version),
            (Some("v1.2.3"), Some(GoVersion::language(20)))
        );
        assert_eq!(a.dir, Path::new("/m/vendor/example.com/a"));
        let c = vendor.module_of("example.com/c").expect("listed");
        assert_eq!(c.replaced_by.as_deref(), Some("../c"));
        assert!(vendor.module_of("example.com/a/x").is_none());
        assert_eq!(vendor.modules.len(), 3);
        assert_eq!(vendor.modules[2].replaced_by.as_deref(), Some("example.com/e v1.0.0"));
    }

    #[test]
    fn a_list_of_another_go_mod() {
        let vendor = Vendor::parse(LIST.as_bytes(), Path::new("/m/vendor"));
        let check = |text: &str| vendor.contradiction(&gosleuth_syntax::gomod::parse(text.as_bytes()));
        assert_eq!(check("require example.com/a v1.2.3"), None);
        assert_eq!(
            check("require example.com/a v1.3.0").as_deref(),
            Some("vendor has example.com/a v1.2.3, and go.mod asks for v1.3.0; `go mod vendor` brings them together")
        );
    }
}
