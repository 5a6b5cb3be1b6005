//! Versions of Go: of the language, and of toolchains.
//!
//! `go.mod`, `//go:build go1.22` and `GOROOT/VERSION` write them. They are ordered as <https://go.dev/doc/toolchain#version> says:
//! the language version comes before its release candidates, those before the first release.

/// A version `1.minor`, of the language or of a toolchain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GoVersion {
    /// The number behind `1.`.
    pub minor: u16,
    /// Which state of it.
    pub stage: Stage,
}

/// The state of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// `1.22`: the language, not a toolchain.
    Language,
    /// `1.22beta1`
    Beta(u16),
    /// `1.22rc1`
    Rc(u16),
    /// `1.22.0`
    Release(u16),
}

impl GoVersion {
    /// The version of a module that states none.
    pub const UNSTATED: Self = Self::language(16);
    /// The lowest version that a `//go:build` line can give a file: before it such lines did not set the language.
    pub const LOWEST_OF_FILE: Self = Self::language(21);

    /// The language version `1.minor`.
    pub const fn language(minor: u16) -> Self {
        Self {
            minor,
            stage: Stage::Language,
        }
    }

    /// Reads `1.22`, `1.22.3`, `1.22rc1`, each with or without `go` before it and `-custom` (or a space and more) behind it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix("go").unwrap_or(text);
        let text = text.split(['-', ' ', '+']).next().unwrap_or_default();
        if text == "1" {
            return Some(Self::language(0));
        }
        let rest = text.strip_prefix("1.")?;
        let (minor, rest) = number(rest)?;
        let stage = if rest.is_empty() {
            Stage::Language
        } else if let Some(rest) = rest.strip_prefix('.') {
            Stage::Release(whole(rest)?)
        } else if let Some(rest) = rest.strip_prefix("rc") {
            Stage::Rc(whole(rest)?)
        } else {
            Stage::Beta(whole(rest.strip_prefix("beta")?)?)
        };
        Some(Self { minor, stage })
    }

    /// The language that a toolchain of this version speaks.
    pub const fn of_language(self) -> Self {
        Self::language(self.minor)
    }
}

/// The number at the start of `text`, without leading zeros, and what follows.
fn number(text: &str) -> Option<(u16, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(digits);
    if number.len() > 1 && number.starts_with('0') {
        return None;
    }
    Some((number.parse().ok()?, rest))
}

fn whole(text: &str) -> Option<u16> {
    number(text)
        .filter(|(_, rest)| rest.is_empty())
        .map(|(number, _)| number)
}

impl std::fmt::Display for GoVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "1.{}", self.minor)?;
        match self.stage {
            Stage::Language => Ok(()),
            Stage::Beta(n) => write!(f, "beta{n}"),
            Stage::Rc(n) => write!(f, "rc{n}"),
            Stage::Release(n) => write!(f, ".{n}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_text() {
        let sorted = [
            "1.9",
            "1.21",
            "1.21beta2",
            "1.21rc1",
            "1.21rc2",
            "1.21.0",
            "1.21.10",
            "1.22",
        ];
        let versions: Vec<GoVersion> = sorted.iter().filter_map(|text| GoVersion::parse(text)).collect();
        assert_eq!(versions.len(), sorted.len());
        assert!(versions.is_sorted());
        for (version, text) in versions.iter().zip(sorted) {
            assert_eq!(version.to_string(), text);
        }
    }

    #[test]
    fn what_surrounds_a_version() {
        let release = GoVersion {
            minor: 26,
            stage: Stage::Release(8),
        };
        assert_eq!(GoVersion::parse("go1.26.8"), Some(release));
        assert_eq!(GoVersion::parse("go1.26.8-custom"), Some(release));
        assert_eq!(GoVersion::parse("go1.26.8 X:nodwarf5"), Some(release));
        assert_eq!(GoVersion::parse("go1.28-abcdef0123"), Some(GoVersion::language(28)));
        assert_eq!(release.of_language(), GoVersion::language(26));
        for bad in [
            "",
            "go",
            "2.0",
            "1.",
            "1.x",
            "1.02",
            "1.21.",
            "1.21.3.4",
            "1.21alpha1",
            "1.99999",
            "default",
        ] {
            assert_eq!(GoVersion::parse(bad), None, "{bad}");
        }
    }
}
