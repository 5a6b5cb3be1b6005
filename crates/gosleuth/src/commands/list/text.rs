//! The list for a person: packages below their modules.

use std::io::{self, Write};

use gosleuth_base::thousands;
use gosleuth_engine::{Import, LoadedPackage, Module, ModuleId, Role, SkipReason, Target};
use gosleuth_report::clean;

use super::{Listing, short};

pub(super) fn write(listing: &Listing<'_>, out: &mut dyn Write) -> io::Result<()> {
    let workspace = listing.workspace;
    let shown: Vec<&LoadedPackage> = workspace
        .packages
        .iter_enumerated()
        .filter(|(id, _)| listing.args.deps || workspace.roots.binary_search(id).is_ok())
        .map(|(_, package)| package)
        .collect();
    let modules = workspace
        .modules
        .iter_enumerated()
        .map(|(id, _)| Some(id))
        .chain([None]);
    let mut blocks = 0;
    for module in modules {
        let mut packages: Vec<&LoadedPackage> = shown
            .iter()
            .copied()
            .filter(|package| package.module == module)
            .collect();
        if packages.is_empty() {
            continue;
        }
        packages.sort_by(|a, b| a.import_path.cmp(&b.import_path));
        if blocks > 0 {
            writeln!(out)?;
        }
        blocks += 1;
        writeln!(out, "{}", clean(&title(listing, module)))?;
        let width = packages
            .iter()
            .map(|package| clean(&package.import_path).chars().count())
            .max()
            .unwrap_or(0)
            .min(60);
        for package in packages {
            let counts = counts(package);
            writeln!(out, "  {:width$}  {counts}", clean(&package.import_path))?;
            if listing.args.verbose {
                details(listing, package, out)?;
            }
            if listing.args.ignored {
                for ignored in &package.ignored {
                    writeln!(
                        out,
                        "      - {}: {}",
                        clean(&ignored.name),
                        clean(&ignored.reason.to_string())
                    )?;
                }
            }
        }
    }
    if listing.args.ignored && !workspace.skipped.is_empty() {
        skipped(listing, out)?;
    }
    if blocks > 0 {
        writeln!(out)?;
    }
    summary(listing, &shown, out)
}

/// A module with its version, language and directory.
fn title(listing: &Listing<'_>, module: Option<ModuleId>) -> String {
    let config = listing.config;
    let Some(id) = module else {
        let root = config
            .goroot
            .as_deref()
            .map(|root| format!(", {}", root.display()))
            .unwrap_or_default();
        return format!("go{}{root}", config.go_version);
    };
    let Module {
        path,
        version,
        dir,
        go_version,
        replaced_by,
    } = &listing.workspace.modules[id];
    let name = if path.is_empty() { "no module" } else { path };
    let version = version
        .as_deref()
        .map(|version| format!(" {version}"))
        .unwrap_or_default();
    let replaced = replaced_by.as_deref().map(|by| format!(" => {by}")).unwrap_or_default();
    let language = go_version.map(|version| format!(", go {version}")).unwrap_or_default();
    format!("{name}{version}{replaced}{language}, {}", short(dir, listing.directory))
}

/// `3 files, 1 of them generated, 2 tests`
fn counts(package: &LoadedPackage) -> String {
    let compiled = package.files_of(Role::Compiled).count();
    let tests = package.files.len() - compiled;
    let number = |n: usize, one: &str| match n {
        1 => format!("1 {one}"),
        n => format!("{n} {one}s"),
    };
    let mut parts = Vec::new();
    if compiled > 0 {
        parts.push(number(compiled, "file"));
    }
    if tests > 0 {
        parts.push(number(tests, "test file"));
    }
    let generated = package.files.iter().filter(|file| file.generated).count();
    if generated > 0 {
        parts.push(format!("{generated} generated"));
    }
    let cgo = package.files.iter().filter(|file| file.cgo).count();
    if cgo > 0 {
        parts.push(format!("{cgo} with cgo"));
    }
    if package.name == "main" {
        parts.push("program".to_owned());
    }
    parts.join(", ")
}

fn details(listing: &Listing<'_>, package: &LoadedPackage, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "      in {}", clean(&short(&package.dir, listing.directory)))?;
    for file in &package.files {
        let mut notes = Vec::new();
        match file.role {
            Role::Compiled => {}
            Role::Test => notes.push("test".to_owned()),
            Role::XTest => notes.push("external test".to_owned()),
        }
        if file.go_version != package.go_version {
            notes.push(format!("go {}", file.go_version));
        }
        if file.cgo {
            notes.push("cgo".to_owned());
        }
        if file.generated {
            notes.push("generated".to_owned());
        }
        notes.extend(file.embeds.iter().map(|pattern| format!("embeds {pattern}")));
        let notes = if notes.is_empty() {
            String::new()
        } else {
            format!(" ({})", notes.join(", "))
        };
        writeln!(out, "      {}{}", clean(&file.name), clean(&notes))?;
    }
    for name in &package.other_files {
        writeln!(out, "      {} (not Go)", clean(name))?;
    }
    let tests = if listing.args.test {
        [package.test_imports.as_slice(), &package.xtest_imports]
    } else {
        [&[][..], &[]]
    };
    for (what, imports) in
        ["imports", "test imports", "external test imports"]
            .into_iter()
            .zip([&package.imports[..], tests[0], tests[1]])
    {
        if !imports.is_empty() {
            let paths: Vec<String> = imports.iter().map(|import| import_text(listing, import)).collect();
            writeln!(out, "      {what} {}", clean(&paths.join(" ")))?;
        }
    }
    Ok(())
}

/// An import path, with a mark if there is no package, and the real path if the standard library means a copy of its own.
fn import_text(listing: &Listing<'_>, import: &Import) -> String {
    match import.target {
        Target::Missing(_) => format!("{}?", import.path),
        Target::Package(id) => {
            let real = &listing.workspace.packages[id].import_path;
            if *real == import.path {
                real.clone()
            } else {
                format!("{}={real}", import.path)
            }
        }
        Target::C | Target::NotLoaded => import.path.clone(),
    }
}

fn skipped(listing: &Listing<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nleft out")?;
    for skipped in &listing.workspace.skipped {
        let dir = short(&skipped.dir, listing.directory);
        writeln!(out, "  {}: {}", clean(&dir), clean(&skipped.reason.to_string()))?;
        if let SkipReason::NoFiles(files) = &skipped.reason {
            for (name, reason) in files {
                writeln!(out, "      - {}: {}", clean(name), clean(reason))?;
            }
        }
    }
    Ok(())
}

/// The last lines: how much, for which build, and what is not shown.
fn summary(listing: &Listing<'_>, shown: &[&LoadedPackage], out: &mut dyn Write) -> io::Result<()> {
    let (config, workspace) = (listing.config, listing.workspace);
    let count =
        |n: usize, one: &str, many: &str| format!("{} {}", thousands(n as u64), if n == 1 { one } else { many });
    let files: usize = shown.iter().map(|package| package.files.len()).sum();
    let tags = if config.tags.is_empty() {
        String::new()
    } else {
        format!(", tags {}", config.tags.join(","))
    };
    let summary = format!(
        "{}, {} for {}/{}, cgo {}{tags}",
        count(shown.len(), "package", "packages"),
        count(files, "file", "files"),
        config.goos,
        config.goarch,
        if config.cgo { "on" } else { "off" },
    );
    writeln!(out, "{}", clean(&summary))?;
    if !listing.args.deps && shown.len() < workspace.packages.len() {
        let others = workspace.packages.len() - shown.len();
        writeln!(
            out,
            "{} imported; --deps lists them",
            count(others, "more package is", "more packages are")
        )?;
    }
    let ignored: usize = shown.iter().map(|package| package.ignored.len()).sum();
    let out_files = (ignored > 0).then(|| count(ignored, "file", "files"));
    let out_directories =
        (!workspace.skipped.is_empty()).then(|| count(workspace.skipped.len(), "directory", "directories"));
    let left_out: Vec<String> = out_files.into_iter().chain(out_directories).collect();
    if !listing.args.ignored && !left_out.is_empty() {
        let are = if ignored + workspace.skipped.len() == 1 {
            "is"
        } else {
            "are"
        };
        writeln!(out, "{} {are} left out; --ignored says why", left_out.join(" and "))?;
    }
    Ok(())
}
