//! Fixes of `gosleuth check` on real code: applied in a copy, in which everything has to compile and be formatted as before, no fix may be
//! left or change anything again, and no finding may be new.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};
use gosleuth::{Exit, Io};
use serde_json::Value;

use super::vet::{closure, command};
use super::{findings, say};
use crate::{go, repository};

/// What `cargo xtask conformance fixes` takes.
#[derive(clap::Args)]
pub(crate) struct FixesArgs {
    /// Which code: `std`, `cmd`, or `closure` (third-party modules)
    #[arg(default_value = "std")]
    set: String,
    /// Only rules of this selection
    #[arg(long, value_name = "CODES", default_value = "ALL")]
    select: String,
    /// Leave the copy where it is, to look at what was changed
    #[arg(long)]
    keep: bool,
}

/// A copy of code in which fixes are applied.
struct Copy {
    /// Where gosleuth and Go run.
    directory: PathBuf,
    patterns: Vec<String>,
    /// The Go root that Go has to use instead of its own.
    goroot: Option<PathBuf>,
    /// Directories that were copied: the copy, where it comes from, and the path of its packages.
    copied: Vec<(PathBuf, PathBuf, String)>,
}

/// What became of the findings of a rule that have a fix of one kind.
#[derive(Default)]
struct Score {
    fixable: usize,
    left: usize,
}

/// Applies all fixes and writes the score.
pub(crate) fn run(args: &FixesArgs) -> Result<()> {
    let scratch = std::env::temp_dir().join(format!("gosleuth-fixes-{}", std::process::id()));
    std::fs::create_dir_all(&scratch)?;
    let scratch = scratch.canonicalize()?;
    let lines = prepare(args, &scratch).and_then(|copy| apply(args, &copy));
    if args.keep {
        say(format_args!("the copy is {}", scratch.display()));
    } else {
        std::fs::remove_dir_all(&scratch)?;
    }
    let (lines, is_good) = lines?;
    lines.iter().for_each(say);
    if args.select == "ALL" {
        write(&args.set, &lines)?;
    }
    ensure!(is_good, "not every fix is good");
    Ok(())
}

fn prepare(args: &FixesArgs, scratch: &Path) -> Result<Copy> {
    match args.set.as_str() {
        "std" | "cmd" => {
            let original = go::root(None)?;
            let goroot = scratch.join("go");
            copy(&original.join("src"), &goroot.join("src"))?;
            for name in ["VERSION", "go.env"] {
                std::fs::copy(original.join(name), goroot.join(name))?;
            }
            for name in ["pkg", "bin", "lib", "misc", "test"] {
                link(&original.join(name), &goroot.join(name))?;
            }
            let src = goroot.join("src");
            let is_std = args.set == "std";
            Ok(Copy {
                directory: if is_std { src.clone() } else { src.join("cmd") },
                patterns: vec![if is_std { "std" } else { "./..." }.to_owned()],
                goroot: Some(goroot),
                copied: vec![(src, original.join("src"), String::new())],
            })
        }
        "closure" => third_party(args, scratch),
        other => bail!("{other} is none of std, cmd and closure"),
    }
}

/// The modules with packages that have fixes, each in place of the one that is required.
fn third_party(args: &FixesArgs, scratch: &Path) -> Result<Copy> {
    let main = scratch.join("main");
    let corpus = closure(&main)?;
    let with_fixes: BTreeSet<PathBuf> = findings::of(&corpus.directory, &args.select, &corpus.patterns)?
        .iter()
        .filter(|finding| finding["fix"].is_object())
        .filter_map(|finding| Some(corpus.directory.join(findings::place(finding)?.0)))
        .collect();
    let output = command("go", &main)
        .args(["list", "-deps", "-f"])
        .arg("{{if and .Module (not .Module.Main)}}{{.ImportPath}} {{.Module.Path}} {{.Module.Dir}}{{end}}")
        .arg("./...")
        .output()
        .context("go")?;
    let mut modules = BTreeMap::new();
    let mut patterns = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut words = line.split(' ');
        if let (Some(package), Some(module), Some(directory)) = (words.next(), words.next(), words.next())
            && with_fixes.iter().any(|file| file.starts_with(directory))
        {
            modules.insert(module.to_owned(), PathBuf::from(directory));
            patterns.push(package.to_owned());
        }
    }
    let mut go_mod = std::fs::read_to_string(main.join("go.mod"))?;
    let mut copied = Vec::new();
    for (number, (module, directory)) in modules.into_iter().enumerate() {
        let target = scratch.join(format!("m{number}"));
        copy(&directory, &target)?;
        go_mod.push_str(&format!("\nreplace {module} => {}\n", target.display()));
        copied.push((target, directory, module));
    }
    std::fs::write(main.join("go.mod"), go_mod)?;
    Ok(Copy {
        directory: main,
        patterns,
        goroot: None,
        copied,
    })
}

/// Findings by rule and file. Their messages name what a fix has changed.
fn tally(copy: &Copy, found: &[Value]) -> BTreeMap<(String, String), usize> {
    let mut tally = BTreeMap::new();
    for finding in found {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let file = copy.directory.join(text(&finding["location"]["file"]));
        *tally
            .entry((text(&finding["code"]), file.display().to_string()))
            .or_insert(0) += 1;
    }
    tally
}

/// Files that fixes of these findings change.
fn files(copy: &Copy, found: &[Value]) -> BTreeSet<PathBuf> {
    let edits = found.iter().filter_map(|finding| finding["fix"]["edits"].as_array());
    let files = edits.flatten().filter_map(|edit| edit["file"].as_str());
    files.map(|file| copy.directory.join(file)).collect()
}

/// By rule and safety: how many findings have a fix.
fn fixable(found: &[Value]) -> BTreeMap<(String, String), usize> {
    let mut counts = BTreeMap::new();
    for finding in found {
        if let (Some(code), Some(safety)) = (finding["code"].as_str(), finding["fix"]["safety"].as_str()) {
            *counts.entry((code.to_owned(), safety.to_owned())).or_insert(0) += 1;
        }
    }
    counts
}

fn apply(args: &FixesArgs, copy: &Copy) -> Result<(Vec<String>, bool)> {
    let find = || findings::of(&copy.directory, &args.select, &copy.patterns);
    let before = find()?;
    let changed = files(copy, &before);
    for file in &changed {
        let is_copy = copy.copied.iter().any(|(directory, ..)| file.starts_with(directory));
        ensure!(is_copy, "{} is no copy", file.display());
    }
    let unformatted = gofmt(&changed)?;
    fix(copy, &args.select, &["--fix"])?;
    let safe = find()?;
    fix(copy, &args.select, &["--fix", "--unsafe"])?;
    let after = find()?;

    let mut scores: BTreeMap<(String, String), Score> = BTreeMap::new();
    for (key, count) in fixable(&before) {
        scores.entry(key).or_default().fixable = count;
    }
    // Safe ones are gone after the first run, all after the second one.
    let left = fixable(&safe).into_iter().filter(|((_, safety), _)| safety == "safe");
    for (key, count) in left.chain(fixable(&after)) {
        scores.entry(key).or_default().left += count;
    }
    let (was, is) = (tally(copy, &before), tally(copy, &after));
    let mut wrong = Vec::new();
    for (key, count) in &is {
        let known = was.get(key).copied().unwrap_or(0);
        if *count > known {
            wrong.push(format!("{} new: {} {}", count - known, key.0, key.1));
        }
    }
    let fixes: usize = scores.values().map(|score| score.fixable).sum();
    if before.len() < after.len() + fixes {
        wrong.push(format!(
            "{fixes} of {} findings have a fix, and {} are there after fixing",
            before.len(),
            after.len()
        ));
    }
    let now = gofmt(&changed)?;
    wrong.extend(
        now.difference(&unformatted)
            .map(|file| format!("not formatted: {file}")),
    );
    wrong.extend(compile(copy, &changed)?);

    let mut lines: Vec<String> = Vec::new();
    for ((code, safety), score) in &scores {
        lines.push(format!(
            "{code} {safety}: {} applied, {} left",
            score.fixable, score.left
        ));
    }
    lines.push(format!(
        "{fixes} fixes in {} files of {} findings",
        changed.len(),
        before.len()
    ));
    let is_good = wrong.is_empty() && scores.values().all(|score| score.left == 0);
    let short = |line: String| {
        let copies = copy.copied.iter();
        copies.fold(line, |line, (copy, _, path)| {
            line.replace(&*copy.to_string_lossy(), path)
        })
    };
    lines.extend(wrong.into_iter().map(short));
    if is_good {
        lines.push("all compile, are formatted, and leave nothing to fix and no new finding".to_owned());
    }
    Ok((lines, is_good))
}

fn fix(copy: &Copy, select: &str, words: &[&str]) -> Result<()> {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let start = [
        "gosleuth",
        "check",
        "--no-config",
        "--no-cache",
        "--format",
        "json",
        "--select",
        select,
    ];
    let words = start.iter().chain(words).map(OsString::from);
    let exit = gosleuth::run(
        words.chain(copy.patterns.iter().map(OsString::from)),
        &mut Io {
            stdin: &mut std::io::empty(),
            stdout: &mut out,
            stderr: &mut err,
            color: false,
            width: None,
            directory: copy.directory.clone(),
        },
    );
    ensure!(exit != Exit::Trouble, "{}", String::from_utf8_lossy(&err));
    Ok(())
}

/// Files that are not as gofmt writes them.
fn gofmt(files: &BTreeSet<PathBuf>) -> Result<BTreeSet<String>> {
    if files.is_empty() {
        return Ok(BTreeSet::new());
    }
    let output = Command::new("gofmt").arg("-l").args(files).output().context("gofmt")?;
    let said = String::from_utf8_lossy(&output.stdout);
    Ok(said.lines().map(str::to_owned).collect())
}

/// What `go vet` says of changed packages, their tests too, if it does not say the same of the original ones.
fn compile(copy: &Copy, changed: &BTreeSet<PathBuf>) -> Result<Vec<String>> {
    let mut packages = BTreeSet::new();
    for file in changed {
        let parent = file.parent().unwrap_or(file);
        let of_copy = copy
            .copied
            .iter()
            .find_map(|(directory, _, path)| Some((parent.strip_prefix(directory).ok()?, path)));
        if let Some((rest, path)) = of_copy {
            let rest = rest.to_string_lossy().replace('\\', "/");
            packages.insert(match (path.as_str(), rest.as_str()) {
                ("", _) => rest,
                (_, "") => path.clone(),
                _ => format!("{path}/{rest}"),
            });
        }
    }
    let mut wrong = Vec::new();
    for package in &packages {
        // One analyzer that rarely says anything: what counts is that types are right.
        let run = |words: &[&str], goroot: Option<&Path>, directory: &Path| -> Result<(bool, String)> {
            let mut command = command("go", directory);
            if let Some(goroot) = goroot {
                command.env("GOROOT", goroot).env("GOFLAGS", "");
            }
            let output = command.args(words).arg(package).output().context("go")?;
            Ok((
                output.status.success(),
                String::from_utf8_lossy(&output.stderr).into_owned(),
            ))
        };
        let vet = |goroot: Option<&Path>, directory: &Path| run(&["vet", "-nilfunc"], goroot, directory);
        let (is_good, said) = vet(copy.goroot.as_deref(), &copy.directory)?;
        // A module in place of another one needs more of what its tests import than is here.
        if !is_good && said.contains("module lookup disabled") {
            let (is_good, said) = run(&["build"], copy.goroot.as_deref(), &copy.directory)?;
            match is_good {
                true => say(format_args!("{package}: without its tests, whose modules are not here")),
                false => wrong.push(format!(
                    "does not compile: {package}: {}",
                    said.trim().replace('\n', " | ")
                )),
            }
        } else if !is_good {
            let original = match &copy.goroot {
                Some(_) => go::root(None)?.join("src"),
                None => repository::root().join("testdata/closure"),
            };
            let as_before = !vet(None, &original)?.0;
            if as_before {
                say(format_args!("{package}: its tests do not compile without fixes either"));
            } else {
                wrong.push(format!(
                    "does not compile: {package}: {}",
                    said.trim().replace('\n', " | ")
                ));
            }
        }
    }
    Ok(wrong)
}

/// Puts the score of a set into the committed file.
fn write(set: &str, lines: &[String]) -> Result<()> {
    let path = repository::root().join("testdata/conformance/fixes.txt");
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let mut sections: BTreeMap<String, String> = BTreeMap::new();
    for section in text.split("\n\n").filter(|section| section.starts_with("== ")) {
        let name = section[3..].lines().next().unwrap_or_default();
        sections.insert(name.to_owned(), section.trim_end().to_owned());
    }
    sections.insert(set.to_owned(), format!("== {set}\n{}", lines.join("\n")));
    let sections: Vec<String> = sections.into_values().collect();
    let head = "# What became of fixes, safe and not, of all rules in a copy of real code (`cargo xtask conformance fixes SET`).\n\n";
    std::fs::write(path, format!("{head}{}\n", sections.join("\n\n")))?;
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            // Written anew: files of the module cache may not be changed, and their copies have to be.
            std::fs::write(&target, std::fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Result<()> {
    if from.exists() {
        std::os::unix::fs::symlink(from, to)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn link(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() { copy(from, to) } else { Ok(()) }
}
