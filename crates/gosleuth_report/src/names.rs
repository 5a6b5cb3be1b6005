//! How names, numbers and times are written for people: short, but never ambiguous and never without the line number.

pub(crate) use gosleuth_base::thousands;
use gosleuth_base::{GoSymbol, Origin, Site};
use gosleuth_evidence::WaitRange;

/// A function name without the directories of its package path: `example.com/shop/orders.(*S).Get` is `orders.(*S).Get`.
pub(crate) fn short_function(function: &str) -> &str {
    let package = GoSymbol::parse(function).package;
    match package.rfind('/') {
        Some(slash) => &function[slash + 1..],
        None => function,
    }
}

/// The file of a frame as people know it: relative to GOROOT/src, to the module cache, or to `root`.
pub(crate) fn short_file<'a>(file: &'a str, function: &str, root: &str) -> &'a str {
    let symbol = GoSymbol::parse(function);
    match symbol.origin(file) {
        Origin::Runtime | Origin::Std => std_tail(file, symbol.package)
            .or_else(|| any_std_tail(file))
            .unwrap_or(file),
        Origin::ThirdParty => module_tail(file).unwrap_or(file),
        Origin::User => file.strip_prefix(root).filter(|tail| !tail.is_empty()).unwrap_or(file),
    }
}

/// `net/http/server.go` of `/usr/local/go/src/net/http/server.go`.
pub(crate) fn std_tail<'a>(file: &'a str, package: &str) -> Option<&'a str> {
    let package = if package.is_empty() { "runtime" } else { package };
    let mark = format!("/src/{package}/");
    file.rfind(&mark).map(|at| &file[at + "/src/".len()..])
}

/// `net/http/server.go` of a path below any `src` directory, whatever the function.
pub(crate) fn any_std_tail(file: &str) -> Option<&str> {
    let tail = &file[file.rfind("/src/")? + "/src/".len()..];
    let directory = &tail[..tail.rfind('/')?];
    GoSymbol::parse(&format!("{directory}.x")).is_std().then_some(tail)
}

/// What follows `/pkg/mod/` or `/vendor/`.
pub(crate) fn module_tail(file: &str) -> Option<&str> {
    ["/pkg/mod/", "\\pkg\\mod\\", "/vendor/"]
        .iter()
        .find_map(|mark| file.find(mark).map(|at| &file[at + mark.len()..]))
}

/// Whether a path starts at the root of a file system.
pub(crate) fn is_absolute(file: &str) -> bool {
    let bytes = file.as_bytes();
    file.starts_with('/')
        || file.starts_with("\\\\")
        || (bytes.len() > 2
            && bytes[0].is_ascii_alphabetic()
            && bytes[1] == b':'
            && (bytes[2] == b'/' || bytes[2] == b'\\'))
}

/// The longest directory (with its final separator) that holds every file; empty if there is none worth leaving out.
pub(crate) fn common_root<'a>(files: impl IntoIterator<Item = &'a str>) -> String {
    let mut root: Option<&str> = None;
    for file in files {
        let directory = file.rfind(['/', '\\']).map_or("", |end| &file[..=end]);
        root = Some(match root {
            None => directory,
            Some(root) => {
                let same = root.bytes().zip(directory.bytes()).take_while(|(a, b)| a == b).count();
                root[..floor_boundary(root, same)]
                    .rfind(['/', '\\'])
                    .map_or("", |end| &root[..=end])
            }
        });
    }
    let root = root.unwrap_or("");
    // A root of one directory saves nothing worth the indirection.
    let depth = root.bytes().filter(|&b| b == b'/' || b == b'\\').count();
    if depth >= 2 { root.to_owned() } else { String::new() }
}

fn floor_boundary(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// `file:line`, or only the file where no line is known.
pub(crate) fn place(file: &str, line: u32) -> String {
    match (file.is_empty(), line) {
        (true, _) => String::new(),
        (false, 0) => file.to_owned(),
        (false, line) => format!("{file}:{line}"),
    }
}

/// Where a function comes from, as a stable word.
pub(crate) fn origin_word(function: &str, file: &str) -> &'static str {
    match GoSymbol::parse(function).origin(file) {
        Origin::Runtime => "runtime",
        Origin::Std => "std",
        Origin::ThirdParty => "third-party",
        Origin::User => "user",
    }
}

/// Files of a set of sites that are the program's own, for [`common_root`].
pub(crate) fn user_file(site: &Site) -> Option<&str> {
    (is_absolute(&site.file) && GoSymbol::parse(&site.function).origin(&site.file) == Origin::User)
        .then_some(site.file.as_str())
}

/// `text` in at most `width` characters, with the middle left out if it is longer. The end, which tells most, gets more room.
pub(crate) fn elide(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.to_owned();
    }
    if width < 3 {
        return "…".to_owned();
    }
    let tail = (width - 1) * 2 / 3;
    let head = width - 1 - tail;
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(count - tail).collect();
    format!("{start}…{end}")
}

/// `1 goroutine`, `2 goroutines`.
pub(crate) fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

/// [`counted`] for a noun whose plural is not made with an `s` at its end.
pub(crate) fn counted_as(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// `3–57 min`; empty where nothing is known.
pub(crate) fn waits(range: &WaitRange) -> String {
    match (range.known, range.min, range.max) {
        (0, ..) => String::new(),
        (_, min, max) if min == max => format!("{} min", thousands(max.into())),
        (_, 0, max) => format!("≤ {} min", thousands(max.into())),
        (_, min, max) => format!("{}–{} min", thousands(min.into()), thousands(max.into())),
    }
}

/// Minutes in the unit that reads best.
pub(crate) fn minutes(minutes: f64) -> String {
    match minutes {
        m if !m.is_finite() => "never".to_owned(),
        m if m < 1.0 => format!("{:.0} s", m * 60.0),
        m if m < 120.0 => format!("{m:.0} min"),
        m if m < 48.0 * 60.0 => format!("{:.1} h", m / 60.0),
        m => format!("{:.0} days", m / 1440.0),
    }
}

/// Bytes in binary units.
pub(crate) fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// A value of a profile in the unit that reads best.
pub(crate) fn measure(value: i64, unit: &str) -> String {
    let magnitude = value.unsigned_abs();
    let sign = if value < 0 { "-" } else { "" };
    let text = match unit {
        "bytes" => bytes(magnitude),
        "nanoseconds" => nanoseconds(magnitude as f64),
        "microseconds" => nanoseconds(magnitude as f64 * 1e3),
        "milliseconds" => nanoseconds(magnitude as f64 * 1e6),
        "seconds" => nanoseconds(magnitude as f64 * 1e9),
        _ => thousands(magnitude),
    };
    format!("{sign}{text}")
}

fn nanoseconds(value: f64) -> String {
    match value {
        v if v < 1e3 => format!("{v:.0} ns"),
        v if v < 1e6 => format!("{:.1} µs", v / 1e3),
        v if v < 1e9 => format!("{:.1} ms", v / 1e6),
        v if v < 120e9 => format!("{:.2} s", v / 1e9),
        v => minutes(v / 60e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gosleuth_evidence::Time;

    #[test]
    fn functions_and_files() {
        assert_eq!(
            short_function("example.com/shop/orders.(*S).Get.func1"),
            "orders.(*S).Get.func1"
        );
        assert_eq!(short_function("main.main"), "main.main");
        assert_eq!(
            short_function("example.com/a.Map[example.com/b/c.T]"),
            "a.Map[example.com/b/c.T]"
        );
        assert_eq!(
            short_file("/usr/local/go/src/net/http/server.go", "net/http.(*conn).serve", ""),
            "net/http/server.go"
        );
        assert_eq!(
            short_file("/usr/local/go/src/runtime/panic.go", "panic", ""),
            "runtime/panic.go"
        );
        assert_eq!(
            short_file("/root/go/pkg/mod/github.com/x/y@v1.0.0/f.go", "github.com/x/y.F", ""),
            "github.com/x/y@v1.0.0/f.go"
        );
        assert_eq!(short_file("/home/u/app/a/b.go", "app/a.F", "/home/u/app/"), "a/b.go");
    }

    #[test]
    fn roots() {
        assert_eq!(
            common_root(["/home/u/app/a/x.go", "/home/u/app/b/y.go"]),
            "/home/u/app/"
        );
        assert_eq!(common_root(["/home/u/app/a/x.go", "/home/u/appendix/y.go"]), "/home/u/");
        assert_eq!(common_root(["/a/x.go", "/b/y.go"]), "");
        assert_eq!(common_root(["/ä/ö/x.go", "/ä/ü/y.go"]), "/ä/");
        assert_eq!(common_root([]), "");
    }

    #[test]
    fn numbers_and_times() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(elide("abcdefghij", 7), "ab…ghij");
        assert_eq!(elide("abc", 7), "abc");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(measure(-1_500_000, "nanoseconds"), "-1.5 ms");
        assert_eq!(minutes(0.5), "30 s");
        assert_eq!(minutes(600.0), "10.0 h");
        assert_eq!(Time(0).iso(), "1970-01-01T00:00:00Z");
        assert_eq!(Time(1_763_630_860_250_000_000).iso(), "2025-11-20T09:27:40.25Z");
        assert_eq!(Time(951_782_400_000_000_000).iso(), "2000-02-29T00:00:00Z");
        assert_eq!(Time(-1_000_000_000).iso(), "1969-12-31T23:59:59Z");
        let range = WaitRange {
            known: 3,
            min: 0,
            max: 57,
            sum: 60,
        };
        assert_eq!(waits(&range), "≤ 57 min");
    }
}
