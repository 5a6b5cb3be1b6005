//! One number of a process, asked as cheaply as can be, to wait for a moment that is worth a closer look.

use crate::client::Client;
use crate::error::Error;
use crate::pages;
use crate::target::Target;

/// A page that holds the number is not longer than this.
const PAGE_MOST: u64 = 16 << 20;

/// `NAME OP NUMBER`: when something begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// A profile of the index (`goroutines`, `threadcreate`, one of the program's own), a path into `/debug/vars` with a dot in it
    /// (`memstats.HeapAlloc`), or else a metric of `/metrics`.
    pub name: String,
    /// `>`, `>=`, `<`, `<=`.
    pub operator: Operator,
    /// What the value is compared with.
    pub limit: f64,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `<`
    Below,
    /// `<=`
    AtMost,
}

impl Condition {
    /// Whether a value fulfils it.
    pub fn holds(&self, value: f64) -> bool {
        match self.operator {
            Operator::Above => value > self.limit,
            Operator::AtLeast => value >= self.limit,
            Operator::Below => value < self.limit,
            Operator::AtMost => value <= self.limit,
        }
    }
}

/// What `name` is at the moment; see [`Condition::name`]. One request, the cheapest that tells.
///
/// # Errors
///
/// See [`Error`]; a page without that number is [`Error::Absent`].
pub fn value(client: &Client, target: &Target, name: &str) -> Result<f64, Error> {
    let base = base(target);
    let prefix = base.strip_suffix("debug/pprof/").unwrap_or(&base);
    let ask = |path: &str| {
        let mut body = client.get(&target.page(path))?;
        Ok(body.small(PAGE_MOST))
    };
    let absent = |page: &str| Error::Absent(format!("{page} has no number {name}"));
    if name.contains('.') {
        let path = format!("{prefix}debug/vars");
        return variable(&ask(&path)?, name).ok_or_else(|| absent(&path));
    }
    let profile = if name == "goroutines" { "goroutine" } else { name };
    // The index is tried first: counting is all that it does. What is not on it may be a metric.
    let counted = match ask(&base) {
        Ok(page) => pages::index(&page).into_iter().find(|(known, _)| known == profile),
        Err(Error::Status(_)) => None,
        Err(error) => return Err(error),
    };
    match counted {
        Some((_, count)) => Ok(count as f64),
        None => {
            let path = format!("{prefix}metrics");
            let name = if name == "goroutines" { "go_goroutines" } else { name };
            metric(&ask(&path)?, name).ok_or_else(|| absent(&path))
        }
    }
}

/// The directory of the profiles.
fn base(target: &Target) -> String {
    let path = target.path.split('?').next().unwrap_or_default();
    match path.find("/debug/pprof") {
        Some(at) => format!("{}/debug/pprof/", &path[..at]),
        None => format!("{}/debug/pprof/", path.trim_end_matches('/')),
    }
}

/// `memstats.HeapAlloc` of a JSON document.
fn variable(page: &[u8], name: &str) -> Option<f64> {
    let document: serde_json::Value = serde_json::from_slice(page).ok()?;
    name.split('.')
        .try_fold(&document, |value, key| value.get(key))?
        .as_f64()
}

/// The sum of all samples of a metric.
fn metric(page: &[u8], name: &str) -> Option<f64> {
    let page = String::from_utf8_lossy(page);
    let mut sum = None;
    for line in page.lines() {
        let Some(rest) = line.strip_prefix(name) else { continue };
        let value = match rest.as_bytes().first() {
            Some(b' ' | b'\t') => rest,
            Some(b'{') => rest.rsplit_once('}').map_or("", |(_, value)| value),
            _ => continue,
        };
        let value: Option<f64> = value
            .split_ascii_whitespace()
            .next()
            .and_then(|value| value.parse().ok());
        if let Some(value) = value {
            sum = Some(sum.unwrap_or(0.0) + value);
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_pages() {
        let page = b"# HELP q x\nq{a=\"} 1\"} 2\nq{a=\"b\"} 3 1795176732\nqq 9\nload 0.5\nbad{} x\n";
        assert_eq!(metric(page, "q"), Some(5.0));
        assert_eq!(metric(page, "load"), Some(0.5));
        assert_eq!(metric(page, "bad"), None);
        let vars = br#"{"memstats":{"HeapAlloc":17},"requests":3}"#;
        assert_eq!(variable(vars, "memstats.HeapAlloc"), Some(17.0));
        assert_eq!(variable(vars, "memstats.None"), None);
        assert_eq!(variable(b"[", "a.b"), None);
    }

    #[test]
    fn where_the_profiles_are() {
        for (url, expected) in [
            ("http://h:1", "/debug/pprof/"),
            ("http://h:1/app/", "/app/debug/pprof/"),
            ("http://h:1/app/debug/pprof/goroutine?debug=2", "/app/debug/pprof/"),
            ("http://h:1/debug/pprof", "/debug/pprof/"),
        ] {
            assert_eq!(base(&Target::parse(url).expect("a URL")), expected, "{url}");
        }
    }

    #[test]
    fn comparisons() {
        for (operator, results) in [
            (Operator::Above, [false, false, true]),
            (Operator::AtLeast, [false, true, true]),
            (Operator::Below, [true, false, false]),
            (Operator::AtMost, [true, true, false]),
        ] {
            let condition = Condition {
                name: "x".into(),
                operator,
                limit: 5.0,
            };
            assert_eq!([4.0, 5.0, 6.0].map(|value| condition.holds(value)), results);
        }
    }
}
