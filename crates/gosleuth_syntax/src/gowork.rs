//! `go.work` files: <https://go.dev/ref/mod#workspaces>.

use crate::gomod::{self, Replace};
use crate::modfile::{self, Errors, LineError};
use crate::version::GoVersion;

/// What a `go.work` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoWork {
    /// The language version, and at least which toolchain.
    pub go: Option<GoVersion>,
    /// The toolchain that is suggested: `go1.22.3` or `default`.
    pub toolchain: Option<String>,
    /// Directories of the modules, as they are written, with their lines.
    pub uses: Vec<(String, u32)>,
    /// Modules that others take the place of, before what the modules themselves say.
    pub replace: Vec<Replace>,
    /// Settings `key=value` of main packages and tests.
    pub godebug: Vec<(String, String)>,
    /// What is wrong, in the order of lines.
    pub errors: Vec<LineError>,
}

/// Reads a `go.work`.
pub fn parse(bytes: &[u8]) -> GoWork {
    let mut errors = Errors::default();
    let mut file = GoWork::default();
    let text = modfile::text(bytes, &mut errors);
    modfile::lines(&text, &mut errors, |line, errors| {
        match (&*line.verb, line.words.as_slice()) {
            ("use", [directory]) => file.uses.push((directory.to_string(), line.number)),
            ("use", _) => errors.add(line.number, "use takes one directory"),
            ("replace", _) => file.replace.extend(gomod::replace(&line, errors)),
            ("go" | "toolchain" | "godebug", _) => {
                gomod::common(&line, &mut file.go, &mut file.toolchain, &mut file.godebug, errors);
            }
            (verb, _) => errors.add(line.number, format!("the directive {verb} is unknown")),
        }
    });
    file.errors = errors.0;
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_directive() {
        let file = parse(b"go 1.24\ntoolchain go1.24.1\nuse ./a\nuse (\n\t./b // x\n\t\"c d\"\n)\nreplace x => ./x\ngodebug a=b\nuses y\n");
        assert_eq!(file.go, Some(GoVersion::language(24)));
        assert_eq!(file.toolchain.as_deref(), Some("go1.24.1"));
        assert_eq!(
            file.uses,
            [("./a".to_owned(), 3), ("./b".to_owned(), 5), ("c d".to_owned(), 6)]
        );
        assert_eq!(file.replace.len(), 1);
        assert_eq!(file.godebug.len(), 1);
        assert_eq!(file.errors.len(), 1);
    }
}
