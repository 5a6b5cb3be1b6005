//! `gosleuth ci`: check, gofmt and go vet with one summary and one exit code.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;
use gosleuth_base::Finding;
use gosleuth_report::{FindingFormat, ToolRemark};

use super::check::{fails, write_file, write_text};
use crate::args::{AnnotationsArg, CheckArgs, CheckOutputArgs, CiArgs, ColorArg, FixArgs, KnownArgs};
use crate::check::{self, Checked, Settings, baseline, changes};
use crate::{Exit, Io};

/// The rule about ignored errors.
const HYGIENE: &str = "RS007";

/// What one tool said.
struct Part {
    name: &'static str,
    /// What stands behind the name in the summary.
    text: String,
    failed: bool,
    remarks: Vec<ToolRemark>,
}

pub(crate) fn run(args: &CiArgs, io: &mut Io<'_>) -> Result<Exit> {
    let directory = io.directory.clone();
    let asked = as_check(args, &directory);
    let settings = Settings::new(&asked, &directory)?;
    let mut checked = check::run(&check::Scope::new(&asked, &directory), &settings, io)?;
    if let Some(revision) = &args.new_from {
        let changed = changes::since(revision, &directory)?;
        checked.findings.retain(|finding| changed.contains(finding));
    }
    let known = settings.baseline.clone().or_else(|| {
        let path = settings.baseline_path();
        path.is_file().then_some(path)
    });
    if let Some(path) = known {
        baseline::apply(&mut checked.findings, &path)?;
    }
    write_text(FindingFormat::Concise, &checked, io)?;
    let mut parts = vec![findings_part(&checked, &settings)];
    if !args.no_fmt {
        parts.push(gofmt(args, &directory));
    }
    if !args.no_vet {
        parts.push(vet(args, &directory));
    }
    let remarks: Vec<ToolRemark> = parts.iter().flat_map(|part| part.remarks.iter().cloned()).collect();
    for (path, format) in [
        (&args.sarif, FindingFormat::Sarif),
        (&args.junit, FindingFormat::Junit),
        (&args.gitlab, FindingFormat::Gitlab),
    ] {
        if let Some(path) = path {
            write_file(format, &checked, &remarks, path, io)?;
        }
    }
    if annotates(args.annotations) {
        write_text(FindingFormat::Github, &checked, io)?;
        for part in &parts {
            for remark in &part.remarks {
                writeln!(io.stdout, "{}", annotation(remark))?;
            }
        }
    }
    for part in &parts {
        for remark in &part.remarks {
            writeln!(
                io.stdout,
                "{}:{}: {}: {}",
                remark.file, remark.line, part.name, remark.message
            )?;
        }
    }
    summary(&parts, io)?;
    Ok(if parts.iter().any(|part| part.failed) {
        Exit::Found
    } else if checked.stats.packages == 0 {
        Exit::Trouble
    } else {
        Exit::Clean
    })
}

/// The check that is part of it.
fn as_check(args: &CiArgs, directory: &Path) -> CheckArgs {
    let mut rules = args.rules.clone();
    if !args.no_errors {
        rules.extend_select.push(HYGIENE.to_owned());
    }
    CheckArgs {
        patterns: args.patterns.clone(),
        rules,
        fixes: FixArgs::default(),
        known: KnownArgs {
            baseline: args.baseline.as_ref().map(|path| directory.join(path)),
            ..KnownArgs::default()
        },
        build: args.build.clone(),
        no_tests: false,
        output: CheckOutputArgs {
            fail_on: args.fail_on,
            color: ColorArg::Never,
            ..CheckOutputArgs::default()
        },
        config: args.config.clone(),
        no_config: false,
        no_cache: args.no_cache,
    }
}

fn findings_part(checked: &Checked, settings: &Settings) -> Part {
    let active: Vec<&Finding> = checked
        .findings
        .iter()
        .filter(|finding| finding.suppressed.is_none())
        .collect();
    let hidden = checked.findings.len() - active.len();
    let mut text = count(active.len(), "finding");
    text.push_str(&format!(" in {}", count(checked.stats.packages, "package")));
    if hidden > 0 {
        text.push_str(&format!(", {hidden} known or suppressed"));
    }
    if checked.stats.packages == 0 {
        "nothing could be checked".clone_into(&mut text);
    }
    Part {
        name: "check",
        text,
        failed: active.iter().any(|finding| fails(settings.fail_on, finding.severity)),
        remarks: Vec::new(),
    }
}

fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// What a program of Go wrote to its two streams, and whether it succeeded; none if it cannot be started.
fn execute(program: &str, words: &[String], directory: &Path) -> Option<(String, String, bool)> {
    let output = Command::new(program).args(words).current_dir(directory).output().ok()?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Some((text(output.stdout), text(output.stderr), output.status.success()))
}

fn left_out(name: &'static str, why: &str) -> Part {
    Part {
        name,
        text: format!("not run: {why}"),
        failed: false,
        remarks: Vec::new(),
    }
}

/// The flags that both see: what `check` takes as build tags.
fn go_words(command: &[&str], args: &CiArgs) -> Vec<String> {
    let mut words: Vec<String> = command.iter().map(|&word| word.to_owned()).collect();
    if let Some(tags) = &args.build.tags {
        words.push(format!("-tags={tags}"));
    }
    words
}

/// Files of the packages that gofmt would write in another way.
fn gofmt(args: &CiArgs, directory: &Path) -> Part {
    let mut words = go_words(&["list", "-e", "-f", "{{.Dir}}"], args);
    words.extend(args.patterns.iter().cloned());
    let Some((folders, _, _)) = execute("go", &words, directory) else {
        return left_out("gofmt", "Go is not installed");
    };
    let files: BTreeSet<PathBuf> = folders.lines().flat_map(|folder| go_files(Path::new(folder))).collect();
    if files.is_empty() {
        return left_out("gofmt", "go list names no package");
    }
    let mut remarks = Vec::new();
    let files: Vec<PathBuf> = files.into_iter().collect();
    // A command line is not endless.
    for some in files.chunks(500) {
        let mut words = vec!["-l".to_owned()];
        words.extend(some.iter().map(|path| path.display().to_string()));
        let Some((found, wrong, _)) = execute("gofmt", &words, directory) else {
            return left_out("gofmt", "gofmt is not installed");
        };
        remarks.extend(found.lines().map(|file| ToolRemark {
            tool: "gofmt",
            file: relative(file, directory),
            line: 1,
            message: "is not formatted; run `gofmt -w`".to_owned(),
        }));
        remarks.extend(wrong.lines().filter_map(|line| remark("gofmt", line, directory)));
    }
    Part {
        name: "gofmt",
        text: match remarks.len() {
            0 => format!("{} formatted", count(files.len(), "file")),
            wrong => format!("{} not formatted", count(wrong, "file")),
        },
        failed: !remarks.is_empty(),
        remarks,
    }
}

fn go_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "go"))
        .collect()
}

fn vet(args: &CiArgs, directory: &Path) -> Part {
    let mut words = go_words(&["vet"], args);
    words.extend(args.patterns.iter().cloned());
    let Some((_, text, success)) = execute("go", &words, directory) else {
        return left_out("vet", "Go is not installed");
    };
    let remarks: Vec<ToolRemark> = text.lines().filter_map(|line| remark("vet", line, directory)).collect();
    let said = match (success, remarks.len()) {
        (true, _) => "nothing found".to_owned(),
        (false, 0) => format!("go vet failed: {}", text.lines().last().unwrap_or("it says nothing")),
        (false, found) => count(found, "remark"),
    };
    Part {
        name: "vet",
        text: said,
        failed: !success,
        remarks,
    }
}

/// `./p.go:3:2: message`, with or without a column and `vet: ` in front.
fn remark(tool: &'static str, line: &str, directory: &Path) -> Option<ToolRemark> {
    let line = line.strip_prefix("vet: ").unwrap_or(line);
    let (file, rest) = line.split_at(line.find(".go:")? + 3);
    let mut parts = rest[1..].splitn(2, ':');
    let number = parts.next()?.parse().ok()?;
    let rest = parts.next()?;
    let message = match rest.split_once(": ") {
        Some((column, message)) if column.bytes().all(|byte| byte.is_ascii_digit()) => message,
        _ => rest,
    };
    Some(ToolRemark {
        tool,
        file: relative(file, directory),
        line: number,
        message: message.trim().to_owned(),
    })
}

fn relative(file: &str, directory: &Path) -> String {
    let file = file.strip_prefix("./").unwrap_or(file);
    let path = Path::new(file);
    path.strip_prefix(directory).unwrap_or(path).display().to_string()
}

fn annotates(when: AnnotationsArg) -> bool {
    match when {
        AnnotationsArg::Auto => std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
        AnnotationsArg::Github => true,
        AnnotationsArg::None => false,
    }
}

/// A workflow command of GitHub Actions.
fn annotation(remark: &ToolRemark) -> String {
    let escaped = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| escaped(text).replace(':', "%3A").replace(',', "%2C");
    format!(
        "::error file={},line={},title={}::{}",
        property(&remark.file),
        remark.line,
        remark.tool,
        escaped(&remark.message)
    )
}

/// One line a tool, and the same as a table where GitHub Actions wants one.
fn summary(parts: &[Part], io: &mut Io<'_>) -> Result<()> {
    writeln!(io.stdout)?;
    for part in parts {
        let sign = if part.failed { "FAIL" } else { "ok" };
        writeln!(io.stdout, "{:<6} {:<5} {}", part.name, sign, part.text)?;
    }
    if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY") {
        let mut text = String::from("| gosleuth | | |\n|---|---|---|\n");
        for part in parts {
            let sign = if part.failed { "failed" } else { "ok" };
            text.push_str(&format!(
                "| {} | {sign} | {} |\n",
                part.name,
                part.text.replace('|', "\\|")
            ));
        }
        let file = std::fs::OpenOptions::new().append(true).create(true).open(&path);
        // A summary that cannot be written is no reason to fail.
        if let Ok(mut file) = file {
            let _ = file.write_all(text.as_bytes());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_of_go_vet() {
        let at = |line: &str| remark("vet", line, Path::new("/m"));
        let expected = |file: &str, line, message: &str| {
            Some(ToolRemark {
                tool: "vet",
                file: file.to_owned(),
                line,
                message: message.to_owned(),
            })
        };
        assert_eq!(at("./p.go:3:2: a lock: copied"), expected("p.go", 3, "a lock: copied"));
        assert_eq!(
            at("vet: q/p.go:7:1: undefined: x"),
            expected("q/p.go", 7, "undefined: x")
        );
        assert_eq!(at("/m/p.go:9: no column"), expected("p.go", 9, "no column"));
        assert_eq!(at("# example.com/p"), None);
    }

    #[test]
    fn annotations_are_escaped() {
        let remark = ToolRemark {
            tool: "vet",
            file: "a,b.go".to_owned(),
            line: 2,
            message: "50% of\nit".to_owned(),
        };
        assert_eq!(
            annotation(&remark),
            "::error file=a%2Cb.go,line=2,title=vet::50%25 of%0Ait"
        );
    }
}
