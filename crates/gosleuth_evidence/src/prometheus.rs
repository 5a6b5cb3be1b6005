//! Prometheus and OpenMetrics text pages of a Go process: the samples `go_*` and `process_*`.
//!
//! Non-goals: metrics of the program itself (only counted), the protobuf exposition format, queries to a Prometheus server.

use gosleuth_base::Sym;

use crate::form::{Context, Form, Step};
use crate::model::{MetricSample, MetricsPage, Origin, Time};

/// Samples kept of one page.
const MAX_SAMPLES: usize = 4_096;
/// Labels kept of one sample.
const MAX_LABELS: usize = 64;
/// Pages of one set: scrapes pasted into a log.
const MAX_PAGES: usize = 4_096;

/// A page that starts with this line.
pub(crate) fn start(line: &[u8], cx: &mut Context<'_>) -> Option<Box<dyn Form>> {
    let starts = match line.first()? {
        b'#' => is_comment(line) && line.len() > 7,
        // A page that went through `grep go_`.
        b'g' | b'p' if is_runtime(line) => sample(line).is_some(),
        _ => false,
    };
    if !starts {
        return None;
    }
    let mut page = Page {
        origin: cx.origin(),
        time: None,
        samples: Vec::new(),
        others: 0,
        blank: false,
    };
    page.line(line, cx);
    Some(Box::new(page))
}

fn is_runtime(name: &[u8]) -> bool {
    name.starts_with(b"go_") || name.starts_with(b"process_")
}

/// `# HELP name …`, `# TYPE name kind`, `# UNIT name unit`.
fn is_comment(line: &[u8]) -> bool {
    let rest = line
        .strip_prefix(b"# HELP ")
        .or_else(|| line.strip_prefix(b"# TYPE "))
        .or_else(|| line.strip_prefix(b"# UNIT "));
    rest.is_some_and(|rest| name_length(rest) > 0)
}

fn name_length(text: &[u8]) -> usize {
    let end = text
        .iter()
        .position(|&byte| !(byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':'))
        .unwrap_or(text.len());
    if text.first().is_some_and(u8::is_ascii_digit) {
        0
    } else {
        end
    }
}

struct Page {
    origin: Origin,
    time: Option<Time>,
    samples: Vec<MetricSample>,
    others: u64,
    /// The last line was empty: the page may be over.
    blank: bool,
}

impl Form for Page {
    fn line(&mut self, line: &[u8], cx: &mut Context<'_>) -> Step {
        match line.first() {
            None if self.blank => return Step::NotMine,
            None => {
                self.blank = true;
                return Step::Taken;
            }
            Some(b'#') if line == b"# EOF" => return Step::Last,
            // The family that starts a page again starts another page.
            Some(b'#') if is_comment(line) => {
                if self.blank && self.samples.len() + usize::try_from(self.others).unwrap_or(usize::MAX) > 0 {
                    return Step::NotMine;
                }
            }
            Some(b'#') if line.starts_with(b"# ") && !self.blank => {}
            _ => {
                let Some(sample) = sample(line) else {
                    return Step::NotMine;
                };
                self.add(&sample, cx);
            }
        }
        self.blank = false;
        Step::Taken
    }

    fn finish(&mut self, cx: &mut Context<'_>, _cut: bool) {
        if self.samples.is_empty() || cx.set.metrics.len() >= MAX_PAGES {
            return;
        }
        cx.set.note_form(cx.input, "prometheus");
        cx.set.metrics.push(MetricsPage {
            origin: self.origin,
            time: self.time.or(cx.time),
            samples: std::mem::take(&mut self.samples),
            others: self.others,
        });
    }
}

impl Page {
    fn add(&mut self, sample: &Sample<'_>, cx: &mut Context<'_>) {
        if !is_runtime(sample.name) || self.samples.len() >= MAX_SAMPLES {
            self.others += 1;
            return;
        }
        self.time = self.time.or(sample.time);
        let strings = &mut cx.set.strings;
        let labels: Vec<(Sym, Sym)> = sample
            .labels
            .iter()
            .map(|(key, value)| (strings.intern_bytes(key), strings.intern_bytes(value)))
            .collect();
        self.samples.push(MetricSample {
            name: strings.intern_bytes(sample.name),
            labels,
            value: sample.value,
        });
    }
}

struct Sample<'a> {
    name: &'a [u8],
    labels: Vec<(&'a [u8], Vec<u8>)>,
    value: f64,
    time: Option<Time>,
}

/// `name{label="value",…} value [timestamp] [# exemplar]`
fn sample(line: &[u8]) -> Option<Sample<'_>> {
    let length = name_length(line);
    if length == 0 {
        return None;
    }
    let (name, mut rest) = line.split_at(length);
    let mut labels = Vec::new();
    if let Some(inside) = rest.strip_prefix(b"{") {
        rest = read_labels(inside, &mut labels)?;
    }
    rest = rest.strip_prefix(b" ")?;
    if let Some(exemplar) = memchr::memmem::find(rest, b" # {") {
        rest = &rest[..exemplar];
    }
    let text = std::str::from_utf8(rest).ok()?;
    let mut words = text.split_ascii_whitespace();
    let value = number(words.next()?)?;
    let mut time = None;
    if let Some(word) = words.next() {
        // Prometheus writes milliseconds, OpenMetrics seconds with a fraction.
        time = match word.parse::<i64>() {
            Ok(millis) => millis.checked_mul(1_000_000).map(Time),
            Err(_) => seconds(word),
        };
        time?;
    }
    words.next().is_none().then_some(Sample {
        name,
        labels,
        value,
        time,
    })
}

/// `1795166860.5` seconds.
fn seconds(word: &str) -> Option<Time> {
    let (whole, part) = word.split_once('.')?;
    let digits = part.len().min(9);
    let nanos: i64 = part.get(..digits)?.parse().ok()?;
    let scale = 10i64.pow(9 - u32::try_from(digits).ok()?);
    let whole = whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?;
    whole.checked_add(nanos * scale).map(Time)
}

fn number(word: &str) -> Option<f64> {
    match word {
        "+Inf" | "Inf" => Some(f64::INFINITY),
        "-Inf" => Some(f64::NEG_INFINITY),
        "NaN" | "Nan" => Some(f64::NAN),
        _ => word
            .parse()
            .ok()
            .filter(|_| !word.ends_with(|c: char| c.is_alphabetic())),
    }
}

/// Labels behind `{`; returns what follows `}`.
fn read_labels<'a>(mut rest: &'a [u8], labels: &mut Vec<(&'a [u8], Vec<u8>)>) -> Option<&'a [u8]> {
    loop {
        rest = rest.trim_ascii_start();
        if let Some(behind) = rest.strip_prefix(b"}") {
            return Some(behind);
        }
        let length = name_length(rest);
        if length == 0 {
            return None;
        }
        let key = &rest[..length];
        rest = rest[length..].strip_prefix(b"=\"")?;
        let mut value = Vec::new();
        loop {
            let (&byte, behind) = rest.split_first()?;
            rest = behind;
            match byte {
                b'"' => break,
                b'\\' => {
                    let (&escaped, behind) = rest.split_first()?;
                    rest = behind;
                    value.push(if escaped == b'n' { b'\n' } else { escaped });
                }
                _ => value.push(byte),
            }
        }
        if labels.len() < MAX_LABELS {
            labels.push((key, value));
        }
        rest = rest.trim_ascii_start();
        if let Some(behind) = rest.strip_prefix(b",") {
            rest = behind;
        } else if rest.first() != Some(&b'}') {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::read_text;

    fn render(text: &str) -> String {
        let set = read_text(text);
        let mut out = String::new();
        for page in &set.metrics {
            out += &format!("page at {} {:?}, {} others\n", page.origin.line, page.time, page.others);
            for sample in &page.samples {
                out += &format!("  {}", set.text(sample.name));
                for (key, value) in &sample.labels {
                    out += &format!(" {}={:?}", set.text(*key), set.text(*value));
                }
                out += &format!(" {}\n", sample.value);
            }
        }
        for problem in &set.problems {
            out += &format!("{problem}\n");
        }
        out
    }

    #[test]
    fn a_page_of_client_golang() {
        assert_snapshot!(render(r#"# HELP app_requests_total Requests.
# TYPE app_requests_total counter
app_requests_total{path="/a b",code="200"} 12
# HELP go_gc_duration_seconds A summary of the wall-time pause (stop-the-world) duration in garbage collection cycles.
# TYPE go_gc_duration_seconds summary
go_gc_duration_seconds{quantile="0"} 1.4e-05
go_gc_duration_seconds{quantile="1"} NaN
go_gc_duration_seconds_sum 0.0033
go_gc_duration_seconds_count 27
# HELP go_goroutines Number of goroutines that currently exist.
# TYPE go_goroutines gauge
go_goroutines 5021
# HELP go_info Information about the Go environment.
# TYPE go_info gauge
go_info{version="go1.26.8"} 1
# HELP go_sched_latencies_seconds x
# TYPE go_sched_latencies_seconds histogram
go_sched_latencies_seconds_bucket{le="6.4e-08"} 3
go_sched_latencies_seconds_bucket{le="+Inf"} +Inf
# HELP go_memstats_last_gc_time_seconds x
# TYPE go_memstats_last_gc_time_seconds gauge
go_memstats_last_gc_time_seconds 1.79516686012e+09
# HELP process_open_fds Number of open file descriptors.
# TYPE process_open_fds gauge
process_open_fds 12 1795166860123
"#), @r#"
page at 1 Some(Time(1795166860123000000)), 1 others
  go_gc_duration_seconds quantile="0" 0.000014
  go_gc_duration_seconds quantile="1" NaN
  go_gc_duration_seconds_sum 0.0033
  go_gc_duration_seconds_count 27
  go_goroutines 5021
  go_info version="go1.26.8" 1
  go_sched_latencies_seconds_bucket le="6.4e-08" 3
  go_sched_latencies_seconds_bucket le="+Inf" inf
  go_memstats_last_gc_time_seconds 1795166860.12
  process_open_fds 12
"#);
    }

    #[test]
    fn openmetrics_with_escapes_and_exemplars() {
        assert_snapshot!(render(r#"# TYPE go_threads gauge
# UNIT go_threads threads
go_threads{a="x\"y\\z\nw",b="",} 7 1795166860.5 # {trace_id="abc"} 0.67 1795166860.4
# EOF
go_goroutines 4
not a sample
"#), @r#"
page at 1 Some(Time(1795166860500000000)), 0 others
  go_threads a="x\"y\\z\nw" b="" 7
page at 5 None, 0 others
  go_goroutines 4
"#);
    }

    #[test]
    fn pages_without_go_are_nothing() {
        assert_snapshot!(render("# HELP up x\n# TYPE up gauge\nup 1\n"), @"t: this is a Prometheus page without metrics of the Go runtime");
    }

    #[test]
    fn ordinary_lines_are_left_alone() {
        let set = read_text("# HELP\n# TYPE \ngo_goroutines are many\ngo_x{ 1\nprocess_x{a=1} 2\ngo_a 1x\n# Heading\n");
        assert!(set.metrics.is_empty());
    }
}
