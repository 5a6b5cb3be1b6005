//! Build constraints: whether a file belongs to a build, and the language version it asks for.
//!
//! Both forms are read, as <https://pkg.go.dev/cmd/go#hdr-Build_constraints> describes them: `//go:build` expressions and the older
//! `// +build` lines, which count only where there is no `//go:build`. Which tags hold is the caller's business.

use crate::ast::{Span, SyntaxError};
use crate::version::GoVersion;

/// A constraint as a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// `linux`, `cgo`, `go1.22`
    Tag(String),
    /// `!x`
    Not(Box<Constraint>),
    /// `x && y`
    And(Box<Constraint>, Box<Constraint>),
    /// `x || y`
    Or(Box<Constraint>, Box<Constraint>),
}

/// Most tags and operators of one constraint; it bounds the depth of the tree. The go command has the same limit.
const MAX_SIZE: usize = 1000;
/// Most parentheses and negations within each other; it bounds the stack.
const MAX_DEPTH: usize = 100;
/// The tag of terms that nobody can satisfy.
const IMPOSSIBLE: &str = "ignore";

impl Constraint {
    /// Whether the constraint holds if exactly the tags hold for which `tag` says so.
    pub fn eval(&self, tag: &mut dyn FnMut(&str) -> bool) -> bool {
        match self {
            Self::Tag(name) => tag(name),
            Self::Not(x) => !x.eval(tag),
            // Both sides are asked, so that a caller that collects tags sees all of them.
            Self::And(x, y) => x.eval(tag) & y.eval(tag),
            Self::Or(x, y) => x.eval(tag) | y.eval(tag),
        }
    }

    /// The lowest version of Go without which the constraint cannot hold: what a file with this constraint may use of the language.
    ///
    /// The caller raises it to [`GoVersion::LOWEST_OF_FILE`]; [`file_version`] does.
    pub fn go_version(&self) -> Option<GoVersion> {
        self.lowest(true)
    }

    /// The lowest version under which the constraint (or, if not `positive`, its negation) can hold. Nothing is known to be implied
    /// by a tag that does not hold, so a version below a `!` counts only below another `!`.
    fn lowest(&self, positive: bool) -> Option<GoVersion> {
        match self {
            Self::Tag(name) => GoVersion::parse(name)
                .filter(|version| positive && name.starts_with("go") && *version == version.of_language()),
            Self::Not(x) => x.lowest(!positive),
            Self::And(x, y) if positive => x.lowest(true).max(y.lowest(true)),
            Self::Or(x, y) if !positive => x.lowest(false).max(y.lowest(false)),
            Self::And(x, y) | Self::Or(x, y) => x.lowest(positive).min(y.lowest(positive)),
        }
    }
}

impl std::fmt::Display for Constraint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let operand = |f: &mut std::fmt::Formatter<'_>, x: &Self, brackets: bool| match brackets {
            true => write!(f, "({x})"),
            false => write!(f, "{x}"),
        };
        match self {
            Self::Tag(name) => f.write_str(name),
            Self::Not(x) => {
                f.write_str("!")?;
                operand(f, x, matches!(**x, Self::And(..) | Self::Or(..)))
            }
            Self::And(x, y) => {
                operand(f, x, matches!(**x, Self::Or(..)))?;
                f.write_str(" && ")?;
                operand(f, y, matches!(**y, Self::Or(..)))
            }
            Self::Or(x, y) => write!(f, "{x} || {y}"),
        }
    }
}

/// The language version of a file in a package of version `package`, given what its `//go:build` line asks for.
pub fn file_version(package: GoVersion, stated: Option<GoVersion>) -> GoVersion {
    stated.map_or(package, |version| version.max(GoVersion::LOWEST_OF_FILE))
}

/// Reads the expression behind `//go:build`.
///
/// # Errors
///
/// Where and why it is no expression; offsets count from the start of `text`.
pub fn parse(text: &str) -> Result<Constraint, SyntaxError> {
    let mut parser = Parser {
        text,
        at: 0,
        size: 0,
        depth: 0,
    };
    let constraint = parser.or()?;
    match parser.peek() {
        None => Ok(constraint),
        Some(_) => Err(parser.error("an operator is missing before this")),
    }
}

/// Reads what stands behind `// +build` on one line: words of which one must hold, each a list with commas of which all must.
pub fn parse_plus(text: &str) -> Constraint {
    let term = |term: &str| {
        let (negated, tag) = term.strip_prefix('!').map_or((false, term), |tag| (true, tag));
        if tag.is_empty() || !tag.chars().all(is_tag_char) {
            return Constraint::Tag(IMPOSSIBLE.to_owned());
        }
        let tag = Constraint::Tag(tag.to_owned());
        if negated { Constraint::Not(Box::new(tag)) } else { tag }
    };
    text.split_whitespace()
        .take(MAX_SIZE)
        .map(|word| {
            let all = word.split(',').take(MAX_SIZE).map(term);
            all.reduce(|x, y| Constraint::And(Box::new(x), Box::new(y)))
                .unwrap_or_else(|| Constraint::Tag(IMPOSSIBLE.to_owned()))
        })
        .reduce(|x, y| Constraint::Or(Box::new(x), Box::new(y)))
        .unwrap_or_else(|| Constraint::Tag(IMPOSSIBLE.to_owned()))
}

/// Whether a tag may hold this character.
fn is_tag_char(c: char) -> bool {
    c.is_alphabetic() || c.is_numeric() || c == '_' || c == '.'
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    size: usize,
    depth: usize,
}

impl Parser<'_> {
    fn or(&mut self) -> Result<Constraint, SyntaxError> {
        let mut x = self.and()?;
        while self.eat("||")? {
            x = Constraint::Or(Box::new(x), Box::new(self.and()?));
        }
        Ok(x)
    }

    fn and(&mut self) -> Result<Constraint, SyntaxError> {
        let mut x = self.not()?;
        while self.eat("&&")? {
            x = Constraint::And(Box::new(x), Box::new(self.not()?));
        }
        Ok(x)
    }

    fn not(&mut self) -> Result<Constraint, SyntaxError> {
        if self.depth == MAX_DEPTH {
            return Err(self.error("the constraint is nested too deeply"));
        }
        self.depth += 1;
        let constraint = self.operand();
        self.depth -= 1;
        constraint
    }

    fn operand(&mut self) -> Result<Constraint, SyntaxError> {
        if self.eat("!")? {
            if self.peek() == Some('!') {
                return Err(self.error("a double negation is not allowed"));
            }
            return Ok(Constraint::Not(Box::new(self.not()?)));
        }
        if self.eat("(")? {
            let x = self.or()?;
            if !self.eat(")")? {
                return Err(self.error("a closing parenthesis is missing"));
            }
            return Ok(x);
        }
        self.peek();
        let tag = &self.text[self.at..];
        let end = tag.find(|c| !is_tag_char(c)).unwrap_or(tag.len());
        if end == 0 {
            return Err(self.error("a tag is missing"));
        }
        let tag = tag[..end].to_owned();
        self.grow()?;
        self.at += end;
        Ok(Constraint::Tag(tag))
    }

    /// Takes the operator if it comes next.
    fn eat(&mut self, operator: &str) -> Result<bool, SyntaxError> {
        self.peek();
        if !self.text[self.at..].starts_with(operator) {
            return Ok(false);
        }
        self.grow()?;
        self.at += operator.len();
        Ok(true)
    }

    fn peek(&mut self) -> Option<char> {
        let rest = self.text[self.at..].trim_start_matches([' ', '\t']);
        self.at = self.text.len() - rest.len();
        rest.chars().next()
    }

    fn grow(&mut self) -> Result<(), SyntaxError> {
        self.size += 1;
        if self.size > MAX_SIZE {
            return Err(self.error("the constraint is too long"));
        }
        Ok(())
    }

    fn error(&self, message: &str) -> SyntaxError {
        let end = self.text[self.at..]
            .chars()
            .next()
            .map_or(self.at, |c| self.at + c.len_utf8());
        SyntaxError {
            span: Span::new(self.at as u32, end as u32),
            message: message.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str, tags: &[&str]) -> bool {
        parse(text).expect(text).eval(&mut |tag| tags.contains(&tag))
    }

    #[test]
    fn expressions() {
        assert!(holds("linux && (amd64 || arm64)", &["linux", "arm64"]));
        assert!(!holds("linux && (amd64 || arm64)", &["linux"]));
        assert!(holds("!windows&&!plan9", &["linux"]));
        assert!(holds("a || b && c", &["a"]));
        assert!(!holds("(a || b) && c", &["a"]));
        assert!(holds("\tgo1.22 && über ", &["go1.22", "über"]));
        assert!(holds("!(a && b)", &["a"]));
    }

    #[test]
    fn brackets_where_they_are_needed() {
        for (text, printed) in [
            ("a||b&&c", "a || b && c"),
            ("(a||b)&&!c", "(a || b) && !c"),
            ("!(a&&b)||(c)", "!(a && b) || c"),
        ] {
            let constraint = parse(text).expect(text);
            assert_eq!(constraint.to_string(), printed);
            assert_eq!(parse(printed).as_ref().map(ToString::to_string), Ok(printed.to_owned()));
        }
    }

    #[test]
    fn what_is_no_expression() {
        for (text, at, message) in [
            ("", 0, "a tag is missing"),
            ("a b", 2, "an operator is missing before this"),
            ("a &&", 4, "a tag is missing"),
            ("(a", 2, "a closing parenthesis is missing"),
            ("!!a", 1, "a double negation is not allowed"),
            ("a, b", 1, "an operator is missing before this"),
            ("a-b", 1, "an operator is missing before this"),
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!((error.span.start, error.message.as_str()), (at, message), "{text}");
        }
        // Deep and long ones end at the limit, not at the end of the stack.
        assert!(parse(&"(".repeat(100_000)).is_err());
        assert!(parse(&"a || ".repeat(100_000)).is_err());
        assert!(parse(&vec!["a"; 500].join(" || ")).is_ok());
    }

    #[test]
    fn old_lines() {
        let holds = |text: &str, tags: &[&str]| parse_plus(text).eval(&mut |tag| tags.contains(&tag));
        assert!(holds("linux,386 darwin", &["darwin"]));
        assert!(holds("linux,386 darwin", &["linux", "386"]));
        assert!(!holds("linux,386 darwin", &["linux"]));
        assert!(holds("!windows", &[]));
        assert!(!holds("!!windows", &[]));
        assert!(!holds("", &[]));
        assert!(!holds("a||b", &["a", "b"]));
    }

    #[test]
    fn language_versions() {
        for (text, version) in [
            ("go1.22", Some(22)),
            ("linux", None),
            ("go1.18 && go1.22", Some(22)),
            ("go1.18 || go1.22", Some(18)),
            ("linux || go1.22", None),
            ("linux && go1.22", Some(22)),
            ("!go1.22", None),
            ("!(!go1.22)", Some(22)),
            ("!(linux && !go1.22)", None),
            ("!(linux || !go1.22)", Some(22)),
            ("go1", Some(0)),
            ("go1.x", None),
            ("go1.22rc1", None),
            ("1.22", None),
        ] {
            let found = parse(text).expect(text).go_version();
            assert_eq!(found, version.map(GoVersion::language), "{text}");
        }
    }

    #[test]
    fn a_file_goes_down_to_1_21_but_not_below() {
        let file = |package, text: &str| {
            let stated = parse(text).ok().and_then(|constraint| constraint.go_version());
            file_version(GoVersion::language(package), stated).minor
        };
        assert_eq!(file(26, "go1.22"), 22);
        assert_eq!(file(26, "go1.18"), 21);
        assert_eq!(file(18, "go1.25"), 25);
        assert_eq!(file(18, "linux"), 18);
    }
}
