//! `go.mod` files: <https://go.dev/ref/mod#go-mod-file>.
//!
//! Everything that is written is kept; whether versions and paths make sense is the loader's business.

use std::borrow::Cow;

use crate::modfile::{self, Errors, Line, LineError};
use crate::version::GoVersion;

/// What a `go.mod` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoMod {
    /// The module path.
    pub module: Option<String>,
    /// Why nobody should use the module any more, from a comment `Deprecated:`.
    pub deprecated: Option<String>,
    /// The language version, and at least which toolchain.
    pub go: Option<GoVersion>,
    /// The toolchain that is suggested: `go1.22.3` or `default`.
    pub toolchain: Option<String>,
    /// Modules that are needed.
    pub require: Vec<Require>,
    /// Modules that others take the place of.
    pub replace: Vec<Replace>,
    /// Versions that are not to be used.
    pub exclude: Vec<ModuleVersion>,
    /// Versions of this module that were taken back.
    pub retract: Vec<Retract>,
    /// Import paths of programs the module uses as tools.
    pub tool: Vec<String>,
    /// Directories that package patterns leave out.
    pub ignore: Vec<String>,
    /// Settings `key=value` of main packages and tests.
    pub godebug: Vec<(String, String)>,
    /// What is wrong, in the order of lines.
    pub errors: Vec<LineError>,
}

/// A module at a version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleVersion {
    /// Module path.
    pub path: String,
    /// Version as it is written.
    pub version: String,
}

/// One needed module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Require {
    /// Module and lowest version.
    pub module: ModuleVersion,
    /// No package of this module imports it.
    pub indirect: bool,
    /// 1-based line.
    pub line: u32,
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replace {
    /// Module path that is replaced.
    pub old_path: String,
    /// The one version that is replaced; None for all.
    pub old_version: Option<String>,
    /// A module path, or a directory if there is no version.
    pub new_path: String,
    /// Version of the replacement; None for a directory.
    pub new_version: Option<String>,
    /// 1-based line.
    pub line: u32,
}

/// Versions taken back, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retract {
    /// Lowest version.
    pub low: String,
    /// Highest version; the same one if there is just one.
    pub high: String,
}

/// Reads a `go.mod`.
pub fn parse(bytes: &[u8]) -> GoMod {
    let mut errors = Errors::default();
    let mut file = GoMod::default();
    let text = modfile::text(bytes, &mut errors);
    modfile::lines(&text, &mut errors, |line, errors| directive(&line, &mut file, errors));
    file.errors = errors.0;
    file
}

fn directive(line: &Line<'_>, file: &mut GoMod, errors: &mut Errors) {
    let number = line.number;
    let words: Vec<&str> = line.words.iter().map(Cow::as_ref).collect();
    match (&*line.verb, words.as_slice()) {
        ("module", [_]) if file.module.is_some() => errors.add(number, "a second module line"),
        ("module", [path]) => {
            file.module = Some((*path).to_owned());
            file.deprecated = deprecated(line);
        }
        ("go" | "toolchain" | "godebug", _) => {
            common(line, &mut file.go, &mut file.toolchain, &mut file.godebug, errors)
        }
        ("require", [path, version]) => file.require.push(Require {
            module: module(path, version),
            indirect: line.comment == "indirect" || line.comment.starts_with("indirect;"),
            line: number,
        }),
        ("exclude", [path, version]) => file.exclude.push(module(path, version)),
        ("replace", _) => file.replace.extend(replace(line, errors)),
        ("retract", [version]) => file.retract.push(Retract {
            low: (*version).to_owned(),
            high: (*version).to_owned(),
        }),
        ("retract", ["[", low, ",", high, "]"]) => file.retract.push(Retract {
            low: (*low).to_owned(),
            high: (*high).to_owned(),
        }),
        ("tool", [path]) => file.tool.push((*path).to_owned()),
        ("ignore", [path]) => file.ignore.push((*path).to_owned()),
        ("module" | "require" | "exclude" | "retract" | "tool" | "ignore", _) => {
            errors.add(number, format!("{} has the wrong number of words", line.verb));
        }
        (verb, _) => errors.add(number, format!("the directive {verb} is unknown")),
    }
}

/// Directives that `go.work` has too.
pub(crate) fn common(
    line: &Line<'_>,
    go: &mut Option<GoVersion>,
    toolchain: &mut Option<String>,
    godebug: &mut Vec<(String, String)>,
    errors: &mut Errors,
) {
    let number = line.number;
    match (&*line.verb, line.words.as_slice()) {
        ("go", [_]) if go.is_some() => errors.add(number, "a second go line"),
        ("go", [version]) if !version.starts_with("go") => match GoVersion::parse(version) {
            Some(version) => *go = Some(version),
            None => errors.add(number, format!("{version} is no version of Go")),
        },
        ("toolchain", [_]) if toolchain.is_some() => errors.add(number, "a second toolchain line"),
        ("toolchain", [name]) => *toolchain = Some(name.to_string()),
        ("godebug", [setting]) => match setting.split_once('=') {
            Some((key, value)) => godebug.push((key.to_owned(), value.to_owned())),
            None => errors.add(number, "a godebug setting is written key=value"),
        },
        (verb, _) => errors.add(number, format!("{verb} takes one word, as in {}", example(verb))),
    }
}

fn example(verb: &str) -> &'static str {
    match verb {
        "go" => "go 1.24",
        "toolchain" => "toolchain go1.24.1",
        _ => "godebug panicnil=1",
    }
}

/// `old [version] => new [version]`
pub(crate) fn replace(line: &Line<'_>, errors: &mut Errors) -> Option<Replace> {
    let words: Vec<&str> = line.words.iter().map(Cow::as_ref).collect();
    let (old_path, old_version, new) = match words.as_slice() {
        [path, "=>", new @ ..] => (path, None, new),
        [path, version, "=>", new @ ..] => (path, Some(version), new),
        _ => {
            errors.add(line.number, "a replacement is written OLD [VERSION] => NEW [VERSION]");
            return None;
        }
    };
    let (new_path, new_version) = match new {
        [path] if is_directory(path) => (path, None),
        [path] => {
            errors.add(
                line.number,
                format!("{path} needs a version, or ./ before it if it is a directory"),
            );
            return None;
        }
        [path, _] if is_directory(path) => {
            errors.add(line.number, "a replacement by a directory has no version");
            return None;
        }
        [path, version] => (path, Some(version)),
        _ => {
            errors.add(line.number, "a replacement is written OLD [VERSION] => NEW [VERSION]");
            return None;
        }
    };
    Some(Replace {
        old_path: (*old_path).to_owned(),
        old_version: old_version.map(|version| (*version).to_owned()),
        new_path: (*new_path).to_owned(),
        new_version: new_version.map(|version| (*version).to_owned()),
        line: line.number,
    })
}

/// Whether the right side of a replacement is a directory, on any system.
fn is_directory(path: &str) -> bool {
    let drive = matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic());
    path == "." || path == ".." || path.starts_with(['/', '\\']) || drive || {
        let start = path.split(['/', '\\']).next();
        path.contains(['/', '\\']) && matches!(start, Some("." | ".."))
    }
}

fn module(path: &str, version: &str) -> ModuleVersion {
    ModuleVersion {
        path: path.to_owned(),
        version: version.to_owned(),
    }
}

/// The paragraph that starts with `Deprecated:` in the comments of a line.
fn deprecated(line: &Line<'_>) -> Option<String> {
    let above = line
        .above
        .lines()
        .map(|comment| comment.trim().trim_start_matches('/').trim());
    let mut paragraph = above
        .chain([line.comment])
        .skip_while(|text| !text.starts_with("Deprecated:"));
    let mut text = paragraph.next()?.strip_prefix("Deprecated:")?.trim().to_owned();
    for line in paragraph.take_while(|line| !line.is_empty()) {
        text.push(' ');
        text.push_str(line);
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_directive() {
        let file = parse(
            b"// Deprecated: use\n// example.com/b instead\nmodule example.com/a // the module

go 1.23.1
toolchain go1.24.2
godebug panicnil=1
godebug (
	default=go1.21
)
require example.com/b v1.2.3
require (
	example.com/c v0.0.0-20200101000000-abcdefabcdef // indirect
	\"example.com/d\" v2.0.0+incompatible // indirect; why
	example.com/e v1 // indirectly
)
exclude example.com/b v1.2.2
replace (
	example.com/b => ../b
	example.com/c v0.0.1 => example.com/fork v0.0.2
)
retract v1.0.0 // wrong
retract [v1.1.0, v1.1.9]
tool golang.org/x/tools/cmd/stringer
ignore ./node_modules
ignore static
",
        );
        assert_eq!(file.errors, []);
        assert_eq!(file.module.as_deref(), Some("example.com/a"));
        assert_eq!(file.deprecated.as_deref(), Some("use example.com/b instead the module"));
        assert_eq!(file.go, GoVersion::parse("1.23.1"));
        assert_eq!(file.toolchain.as_deref(), Some("go1.24.2"));
        let require: Vec<(&str, &str, bool, u32)> = file
            .require
            .iter()
            .map(|r| (r.module.path.as_str(), r.module.version.as_str(), r.indirect, r.line))
            .collect();
        assert_eq!(
            require,
            [
                ("example.com/b", "v1.2.3", false, 11),
                ("example.com/c", "v0.0.0-20200101000000-abcdefabcdef", true, 13),
                ("example.com/d", "v2.0.0+incompatible", true, 14),
                ("example.com/e", "v1", false, 15),
            ]
        );
        assert_eq!(file.exclude, [module("example.com/b", "v1.2.2")]);
        assert_eq!(file.replace[0].new_path, "../b");
        assert_eq!(file.replace[0].new_version, None);
        assert_eq!(file.replace[1].old_version.as_deref(), Some("v0.0.1"));
        assert_eq!(file.replace[1].new_version.as_deref(), Some("v0.0.2"));
        assert_eq!(file.retract[1].high, "v1.1.9");
        assert_eq!(file.tool, ["golang.org/x/tools/cmd/stringer"]);
        assert_eq!(file.ignore, ["./node_modules", "static"]);
        assert_eq!(file.godebug[1], ("default".to_owned(), "go1.21".to_owned()));
    }

    #[test]
    fn wrong_lines_do_not_hide_the_others() {
        let file = parse(
            b"module a\nmodule b\ngo 1\ngo 1.21\nrequire x\nreplace a b\nreplace a => b\nreplace a => ../b v1\ngo2 3\nrequire y v1\ngodebug x\n/* no */\nretract [v1]\n",
        );
        let errors: Vec<(u32, &str)> = file.errors.iter().map(|e| (e.line, e.message.as_str())).collect();
        assert_eq!(
            errors,
            [
                (2, "a second module line"),
                (4, "a second go line"),
                (5, "require has the wrong number of words"),
                (6, "a replacement is written OLD [VERSION] => NEW [VERSION]"),
                (7, "b needs a version, or ./ before it if it is a directory"),
                (8, "a replacement by a directory has no version"),
                (9, "the directive go2 is unknown"),
                (11, "a godebug setting is written key=value"),
                (12, "the directive /* is unknown"),
                (13, "retract has the wrong number of words"),
            ]
        );
        assert_eq!(file.require.len(), 1);
    }

    #[test]
    fn directories_and_module_paths() {
        for directory in [".", "..", "./a", "../a", "/a", "C:\\a", ".\\a", "c:/a"] {
            assert!(is_directory(directory), "{directory}");
        }
        for path in ["a", "a.b/c", ".a", "..a/b", "example.com/./x"] {
            assert!(!is_directory(path), "{path}");
        }
    }

    #[test]
    fn large_files_are_bounded() {
        let mut text = b"module m\n".to_vec();
        text.resize(50 << 20, b'x');
        let file = parse(&text);
        assert_eq!((file.module, file.errors.len()), (None, 1));
        let many = "require a\n".repeat(100_000);
        assert_eq!(parse(many.as_bytes()).errors.len(), 20);
    }
}
