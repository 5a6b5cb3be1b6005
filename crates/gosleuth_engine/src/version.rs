//! Versions of modules: their order, and their names in the module cache.

use std::cmp::Ordering;

/// Compares two versions by <https://semver.org>, as <https://go.dev/ref/mod#versions> applies it. What is no version comes before all
/// that are.
pub fn compare(a: &str, b: &str) -> Ordering {
    match (Version::parse(a), Version::parse(b)) {
        (Some(a), Some(b)) => a.compare(&b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// Whether the text is a version.
pub(crate) fn is_version(text: &str) -> bool {
    Version::parse(text).is_some()
}

struct Version<'a> {
    numbers: [&'a str; 3],
    pre: &'a str,
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let text = text.strip_prefix('v')?;
        let (text, build) = text
            .split_once('+')
            .map_or((text, None), |(text, build)| (text, Some(build)));
        let (numbers, pre) = text
            .split_once('-')
            .map_or((text, None), |(numbers, pre)| (numbers, Some(pre)));
        let mut parts = numbers.split('.');
        let mut number = || match parts.next() {
            None => Some("0"),
            Some(part) => is_number(part).then_some(part),
        };
        let numbers = [number()?, number()?, number()?];
        let identifiers = |text: &str, numeric: bool| {
            text.split('.').all(|part| {
                let numeric = numeric && part.bytes().all(|b| b.is_ascii_digit());
                !part.is_empty()
                    && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
                    && (!numeric || is_number(part))
            })
        };
        let good = parts.next().is_none()
            && pre.is_none_or(|pre| identifiers(pre, true))
            && build.is_none_or(|build| identifiers(build, false));
        good.then_some(Self {
            numbers,
            pre: pre.unwrap_or_default(),
        })
    }

    fn compare(&self, other: &Self) -> Ordering {
        let numbers = self.numbers.iter().zip(other.numbers).map(|(a, b)| by_number(a, b));
        numbers
            .fold(Ordering::Equal, Ordering::then)
            .then_with(|| match (self.pre, other.pre) {
                // A release comes after what led to it.
                ("", "") => Ordering::Equal,
                ("", _) => Ordering::Greater,
                (_, "") => Ordering::Less,
                (a, b) => pre(a, b),
            })
    }
}

fn pre(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.split('.'), b.split('.'));
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (is_number(a), is_number(b)) {
                (true, true) => by_number(a, b),
                (false, false) => a.cmp(b),
                // Numbers come before words.
                (a, b) => b.cmp(&a),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'))
}

fn by_number(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// A module path or version as the module cache spells it: `!x` for `X`, because some file systems do not tell them apart. None if it
/// would leave the cache or cannot stand in a file name.
pub(crate) fn escape(text: &str) -> Option<String> {
    let safe = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part
                .bytes()
                .all(|b| b > b' ' && b < 0x7f && !b"\\:*?\"<>|!".contains(&b))
    };
    if !text.split('/').all(safe) {
        return None;
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_uppercase() {
            escaped.push('!');
        }
        escaped.push(c.to_ascii_lowercase());
    }
    Some(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order() {
        let sorted = [
            "v0.0.0-20200101000000-abcdefabcdef",
            "v0.0.0-20200102000000-abcdefabcdef",
            "v0.9.9",
            "v1.0.0-1",
            "v1.0.0-11",
            "v1.0.0-alpha",
            "v1.0.0-alpha.1",
            "v1.0.0-alpha.beta",
            "v1.0.0-rc.1",
            "v1.0.0-rc.10",
            "v1.0.0",
            "v1.2.0",
            "v1.10.0",
            "v2.0.0+incompatible",
            "v18446744073709551616.0.0",
        ];
        for (i, a) in sorted.iter().enumerate() {
            for (j, b) in sorted.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
        assert_eq!(compare("v1", "v1.0.0+meta"), Ordering::Equal);
        assert_eq!(compare("master", "v0.0.0"), Ordering::Less);
    }

    #[test]
    fn what_is_no_version() {
        for bad in [
            "",
            "1.0.0",
            "v",
            "v1.",
            "v01.0.0",
            "v1.2.3.4",
            "v1.0.0-",
            "v1.0.0-01",
            "v1.0.0-a..b",
            "v1.0.0+",
            "v1.0.0-a_b",
            "latest",
        ] {
            assert!(!is_version(bad), "{bad}");
        }
        for good in ["v1.2", "v1.0.0-01a", "v1.0.0+01", "v1.0.0--"] {
            assert!(is_version(good), "{good}");
        }
    }

    #[test]
    fn names_in_the_cache() {
        assert_eq!(
            escape("github.com/IBM/sarama").as_deref(),
            Some("github.com/!i!b!m/sarama")
        );
        for bad in [
            "", "a//b", "../a", "a/..", "a/./b", "a!b", "a b", "a\\b", "/a", "a\0", "ä",
        ] {
            assert_eq!(escape(bad), None, "{bad}");
        }
    }
}
