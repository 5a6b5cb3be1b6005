//! Words: filled templates, counts, durations. English has few rules here, and all of them stand in this file.

pub(crate) use gosleuth_base::thousands as number;
use gosleuth_base::{Site, SuspectKind, Verdict};
use gosleuth_evidence::WaitRange;

use crate::catalogue::Entry;
use crate::model::{CodeSide, Suspect};

/// What a headline says of goroutines that become more.
pub(crate) const GROWS: &str = ", and they become more";

/// Values for the placeholders of a template.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values<'a> {
    /// `{count}` in words.
    pub(crate) count: u64,
    /// `{site}`, `{function}`, `{place}`.
    pub(crate) site: Option<&'a Site>,
    /// `{since}`.
    pub(crate) waits: Option<WaitRange>,
    /// `{creator}`.
    pub(crate) creator: Option<&'a Site>,
    /// `{message}`.
    pub(crate) message: &'a str,
    /// `{what}`.
    pub(crate) what: &'a str,
}

/// Fills a template. Unknown placeholders stay as they are, which a test of the catalogue rules out.
pub(crate) fn fill(template: &str, values: &Values<'_>) -> String {
    let mut out = String::with_capacity(template.len() + 64);
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let after = &rest[open + 1..];
        let Some(close) = after.find('}') else {
            out.push_str(&rest[open..]);
            return out;
        };
        match &after[..close] {
            "count" => out.push_str(&goroutines(values.count)),
            "site" => out.push_str(&values.site.map_or_else(|| "an unknown place".to_owned(), place)),
            "function" => out.push_str(values.site.map_or("the function", |site| short(&site.function))),
            "place" => out.push_str(&values.site.map_or_else(|| "an unknown line".to_owned(), file_line)),
            "since" => out.push_str(&values.waits.map_or_else(String::new, since)),
            "creator" => out.push_str(&values.creator.map_or_else(|| "an unknown place".to_owned(), place)),
            "message" => out.push_str(values.message),
            "what" => out.push_str(values.what),
            other => {
                out.push('{');
                out.push_str(other);
                out.push('}');
            }
        }
        rest = &after[close + 1..];
    }
    out.push_str(rest);
    out
}

impl Suspect {
    /// What a catalogue entry says of these values: observed, without evidence yet. Callers set what they know better.
    pub(crate) fn new(entry: &'static Entry, kind: SuspectKind, values: &Values<'_>) -> Self {
        Self {
            kind,
            verdict: Verdict::Observed,
            severity: entry.severity,
            entry: entry.id,
            rules: entry.rules.to_vec(),
            headline: fill(entry.headline, values),
            why: fill(entry.why, values),
            action: fill(entry.action, values),
            site: values.site.cloned(),
            related: Vec::new(),
            count: values.count.max(1),
            waits: values.waits,
            goroutines: Vec::new(),
            stacks: Vec::new(),
            evidence: Vec::new(),
            would_decide: None,
            code: CodeSide::default(),
        }
    }
}

/// `1 goroutine`, `12,345 goroutines`.
pub(crate) fn goroutines(count: u64) -> String {
    plural(count, "goroutine")
}

/// A number and a regular noun.
pub(crate) fn plural(count: u64, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{} {noun}s", number(count))
    }
}

/// `, for 6 minutes`, `, for up to 6 minutes`, or nothing.
fn since(waits: WaitRange) -> String {
    match (waits.known, waits.min, waits.max) {
        (0, ..) => String::new(),
        (_, min, max) if min == max => format!(", for {}", plural(u64::from(max), "minute")),
        (_, _, max) => format!(", for up to {}", plural(u64::from(max), "minute")),
    }
}

/// A symbol without the directories of its package: sentences stay readable, the site beside them has the whole name.
pub(crate) fn short(symbol: &str) -> &str {
    // Type arguments may hold slashes of other packages.
    let head = symbol.find('[').unwrap_or(symbol.len());
    symbol[..head].rfind('/').map_or(symbol, |slash| &symbol[slash + 1..])
}

/// `function (file.go:12)`.
pub(crate) fn place(site: &Site) -> String {
    match (site.file_name(), site.line) {
        ("", _) => short(&site.function).to_owned(),
        (file, 0) => format!("{} ({file})", short(&site.function)),
        (file, line) => format!("{} ({file}:{line})", short(&site.function)),
    }
}

/// `file.go:12`.
pub(crate) fn file_line(site: &Site) -> String {
    match site.line {
        0 => site.file_name().to_owned(),
        line => format!("{}:{line}", site.file_name()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        assert_eq!(number(7), "7");
        assert_eq!(number(1_000), "1,000");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(goroutines(1), "1 goroutine");
    }

    #[test]
    fn symbols_are_shortened() {
        assert_eq!(
            short("example.com/shop/stock.(*Keeper).Adjust"),
            "stock.(*Keeper).Adjust"
        );
        assert_eq!(short("main.Map[go.shape/x].func1"), "main.Map[go.shape/x].func1");
    }

    #[test]
    fn templates_are_filled() {
        let site = Site {
            function: "main.run".to_owned(),
            file: "/a/run.go".to_owned(),
            line: 9,
        };
        let values = Values {
            count: 2,
            site: Some(&site),
            waits: Some(WaitRange {
                known: 2,
                min: 1,
                max: 6,
                sum: 7,
            }),
            ..Values::default()
        };
        assert_eq!(
            fill("{count} in {site}{since}, {unknown}", &values),
            "2 goroutines in main.run (run.go:9), for up to 6 minutes, {unknown}"
        );
        assert_eq!(fill("`select {}`", &values), "`select {}`");
    }
}
