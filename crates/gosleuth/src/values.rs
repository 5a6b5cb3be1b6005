//! Values of flags and of the configuration file: durations, sizes, the level that makes exit code 1.

use std::str::FromStr;
use std::time::Duration;

use gosleuth_base::{Severity, Verdict};
use gosleuth_live::{Condition, Operator};

/// Reads a duration as Go writes it: `90s`, `1h30m`, `200ms`, `1.5s`.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("`{text}` is not a duration such as 90s, 5m, 1h30m or 200ms");
    let mut rest = text.trim();
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    if rest.is_empty() {
        return Err(wrong());
    }
    let mut seconds = 0.0f64;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').ok_or_else(wrong)?;
        let number: f64 = rest[..digits].parse().map_err(|_| wrong())?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let scale = match &rest[..unit] {
            "ns" => 1e-9,
            "us" | "µs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return Err(wrong()),
        };
        rest = &rest[unit..];
        seconds += number * scale;
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| wrong())
}

/// Reads a zone as seconds east of UTC: `UTC`, `Z`, `+01:00`, `-0530`, `+2`.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub fn zone(text: &str) -> Result<i32, String> {
    let wrong = || format!("`{text}` is not a zone such as UTC, +01:00 or -0530");
    if matches!(text, "UTC" | "utc" | "Z" | "z") {
        return Ok(0);
    }
    let (sign, rest) = match text.split_at_checked(1) {
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        _ => return Err(wrong()),
    };
    let digits = rest.replace(':', "");
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.as_str(), "0"),
        3 | 4 => digits.split_at(digits.len() - 2),
        _ => return Err(wrong()),
    };
    let number = |text: &str| text.parse::<i32>().ok().filter(|number| (0..60).contains(number));
    match (number(hours), number(minutes)) {
        (Some(hours @ 0..=14), Some(minutes)) => Ok(sign * (hours * 3_600 + minutes * 60)),
        _ => Err(wrong()),
    }
}

/// How much exploring schedules may take, as a part of the default: `none`, `small`, `default`, `large`, or a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(u32);

impl Budget {
    /// In percent of the default.
    pub fn percent(self) -> u32 {
        self.0
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self(100)
    }
}

impl FromStr for Budget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let factor = match text.trim() {
            "none" => 0.0,
            "small" => 0.25,
            "default" => 1.0,
            "large" => 8.0,
            number => number.parse::<f64>().unwrap_or(f64::NAN),
        };
        if (0.0..=1000.0).contains(&factor) {
            Ok(Self((factor * 100.0).round() as u32))
        } else {
            Err(format!(
                "`{text}` is not a budget: none, small, default, large, or a factor up to 1000"
            ))
        }
    }
}

/// A number of bytes: `1000`, `64MiB`, `2GB`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ByteSize(pub u64);

impl FromStr for ByteSize {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is not a size such as 500MB, 64MiB or 2GB");
        let trimmed = text.trim();
        let digits = trimmed
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(trimmed.len());
        let number: f64 = trimmed[..digits].parse().map_err(|_| wrong())?;
        let scale = match trimmed[digits..].trim().to_ascii_lowercase().as_str() {
            "" | "b" => 1.0,
            "k" | "kb" => 1e3,
            "m" | "mb" => 1e6,
            "g" | "gb" => 1e9,
            "t" | "tb" => 1e12,
            "kib" => 1024.0,
            "mib" => 1024.0 * 1024.0,
            "gib" => 1024.0 * 1024.0 * 1024.0,
            _ => return Err(wrong()),
        };
        let bytes = number * scale;
        // Above this a float is no longer exact, and nothing sensible is that large.
        if bytes > 1e15 {
            Err(wrong())
        } else {
            Ok(Self(bytes as u64))
        }
    }
}

/// Reads `goroutines>5000`, `memstats.HeapAlloc >= 2GiB`.
///
/// # Errors
///
/// A sentence that says what is wrong.
pub fn condition(text: &str) -> Result<Condition, String> {
    let wrong = || format!("`{text}` is not a condition such as goroutines>5000 or memstats.HeapAlloc>2GiB");
    let at = text.find(['<', '>']).ok_or_else(wrong)?;
    let (name, rest) = (text[..at].trim(), &text[at..]);
    let (operator, number) = [
        (">=", Operator::AtLeast),
        ("<=", Operator::AtMost),
        (">", Operator::Above),
        ("<", Operator::Below),
    ]
    .into_iter()
    .find_map(|(sign, operator)| Some((operator, rest.strip_prefix(sign)?.trim())))
    .ok_or_else(wrong)?;
    let limit: f64 = match number.parse::<f64>() {
        Ok(number) => number,
        Err(_) => number.parse::<ByteSize>().map_err(|_| wrong())?.0 as f64,
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | ':' | '-');
    if name.is_empty() || !name.chars().all(plain) || !limit.is_finite() {
        return Err(wrong());
    }
    Ok(Condition {
        name: name.to_owned(),
        operator,
        limit,
    })
}

/// Bytes per minute: a size, optionally followed by `/min`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeapRate(pub u64);

impl HeapRate {
    /// In MiB per minute.
    pub fn mib_per_minute(self) -> f64 {
        self.0 as f64 / (1024.0 * 1024.0)
    }
}

impl FromStr for HeapRate {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let size = text.strip_suffix("/min").unwrap_or(text);
        size.parse().map(|ByteSize(bytes)| Self(bytes))
    }
}

/// What makes exit code 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// Any suspect.
    #[default]
    Any,
    /// Nothing.
    Never,
    /// Suspects at least this certain.
    Verdict(Verdict),
    /// Suspects at least this bad.
    Severity(Severity),
}

impl FailOn {
    /// Whether a suspect of this verdict and severity counts.
    pub fn counts(self, verdict: Verdict, severity: Severity) -> bool {
        match self {
            Self::Any => true,
            Self::Never => false,
            Self::Verdict(least) => verdict >= least,
            Self::Severity(least) => severity >= least,
        }
    }
}

impl FromStr for FailOn {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "any" => Self::Any,
            "never" => Self::Never,
            "proved" => Self::Verdict(Verdict::Proved),
            "corroborated" => Self::Verdict(Verdict::Corroborated),
            "observed" => Self::Verdict(Verdict::Observed),
            "error" => Self::Severity(Severity::Error),
            "warning" => Self::Severity(Severity::Warning),
            "advice" => Self::Severity(Severity::Advice),
            _ => {
                return Err(format!(
                    "`{text}` is none of proved, corroborated, observed, error, warning, advice, any, never"
                ));
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones() {
        for (text, seconds) in [
            ("UTC", 0),
            ("Z", 0),
            ("+01:00", 3_600),
            ("-0530", -19_800),
            ("+2", 7_200),
        ] {
            assert_eq!(zone(text), Ok(seconds), "{text}");
        }
        for text in ["", "1", "+", "+25:00", "+01:99", "CET", "+a", "é"] {
            assert!(zone(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations() {
        for (text, milliseconds) in [
            ("90s", 90_000),
            ("1h30m", 5_400_000),
            ("200ms", 200),
            ("1.5s", 1_500),
            ("0", 0),
            ("5m", 300_000),
            ("2d", 172_800_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(milliseconds)), "{text}");
        }
        for text in [
            "",
            "5",
            "m",
            "5 minutes",
            "-1s",
            "1e9h",
            "..s",
            "5m3",
            "99999999999999999999999999h",
        ] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn sizes() {
        for (text, bytes) in [
            ("0", 0),
            ("1000", 1000),
            ("64MiB", 64 << 20),
            ("2GB", 2_000_000_000),
            ("1.5 kb", 1500),
            ("7B", 7),
        ] {
            assert_eq!(text.parse(), Ok(ByteSize(bytes)), "{text}");
        }
        for text in ["", "x", "1 parsec", "-5", "9999999TB", "inf"] {
            assert!(text.parse::<ByteSize>().is_err(), "{text}");
        }
        assert_eq!("1GiB/min".parse::<HeapRate>().map(HeapRate::mib_per_minute), Ok(1024.0));
    }

    #[test]
    fn conditions() {
        let parsed = condition("memstats.HeapAlloc >= 2GiB").expect("a condition");
        assert_eq!(
            (parsed.name.as_str(), parsed.operator, parsed.limit),
            ("memstats.HeapAlloc", Operator::AtLeast, 2f64.powi(31))
        );
        assert_eq!(condition("goroutines>5000").map(|parsed| parsed.limit), Ok(5000.0));
        assert_eq!(condition("load<0.5").map(|parsed| parsed.operator), Ok(Operator::Below));
        for text in ["", "goroutines", ">5", "x>", "x>y", "x==5", "a b>1", "x>inf", "x=>5"] {
            assert!(condition(text).is_err(), "{text}");
        }
    }

    #[test]
    fn levels() {
        let level = |text: &str| text.parse::<FailOn>().expect("a level");
        assert!(level("any").counts(Verdict::Observed, Severity::Advice));
        assert!(!level("never").counts(Verdict::Proved, Severity::Error));
        assert!(level("corroborated").counts(Verdict::Proved, Severity::Advice));
        assert!(!level("corroborated").counts(Verdict::Observed, Severity::Error));
        assert!(level("warning").counts(Verdict::Observed, Severity::Error));
        assert!(!level("warning").counts(Verdict::Proved, Severity::Advice));
        assert!("cleared".parse::<FailOn>().is_err());
    }
}
