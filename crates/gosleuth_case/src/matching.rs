//! Whether a place in the source and one in the evidence are the same.

use gosleuth_base::{GoSymbol, Location, Site};

/// A file of the source as the build called it: `known` in the source is `built` there.
pub(crate) fn as_built(file: &str, known: &str, built: &str) -> String {
    let same = known
        .bytes()
        .rev()
        .zip(built.bytes().rev())
        .take_while(|(a, b)| a == b)
        .count();
    // Whole names only.
    let tail = &known[known.len() - same..];
    let is_whole = tail.len() == known.len() || tail.len() == built.len();
    let cut = if is_whole {
        0
    } else {
        tail.find('/').unwrap_or(tail.len())
    };
    let (from, to) = (known.len() - (tail.len() - cut), built.len() - (tail.len() - cut));
    match file.strip_prefix(&known[..from]) {
        Some(rest) => format!("{}{rest}", &built[..to]),
        None => file.to_owned(),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Whether a place in the source and one of the evidence are the same line. Packages of programs are called `main` in the one and by
/// their path in the other, and builds differ in their root: what is left is the function in its package, the name of the file, the line.
pub(crate) fn is_line(location: &Location, site: &Site) -> bool {
    location.line <= site.line
        && site.line <= location.end_line.max(location.line).min(location.line + 1)
        && is_function(location, site)
}

pub(crate) fn is_function(location: &Location, site: &Site) -> bool {
    file_name(&location.file) == site.file_name() && outer(&location.function) == outer(&site.function)
}

/// A function without its package and without the literals in it.
fn outer(symbol: &str) -> (Option<String>, String) {
    let symbol = gosleuth_ir::of_source(symbol);
    let parsed = GoSymbol::parse(&symbol);
    (parsed.receiver.map(str::to_owned), parsed.name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_as_the_build_called_them() {
        for (file, known, built, expected) in [
            (
                "/src/app/a/y.go",
                "/src/app/a/x.go",
                "/home/u/app/a/x.go",
                "/home/u/app/a/y.go",
            ),
            (
                "/src/app/b/y.go",
                "/src/app/a/x.go",
                "example.com/app/a/x.go",
                "example.com/app/b/y.go",
            ),
            ("/other/y.go", "/src/app/a/x.go", "/home/u/app/a/x.go", "/other/y.go"),
            ("/src/y.go", "/src/x.go", "/src/x.go", "/src/y.go"),
            ("/src/my.go", "/src/x.go", "x.go", "my.go"),
        ] {
            assert_eq!(as_built(file, known, built), expected, "{file} {known} {built}");
        }
    }

    #[test]
    fn a_line_is_known_by_function_file_and_number() {
        let location = Location {
            file: "internal/pay/client.go".to_owned(),
            line: 17,
            end_line: 17,
            function: "example.com/shop/internal/pay.(*Client).Charge.func1".to_owned(),
            ..Location::default()
        };
        let site = |function: &str, file: &str, line| Site {
            function: function.to_owned(),
            file: file.to_owned(),
            line,
        };
        let built = "/build/internal/pay/client.go";
        assert!(is_line(
            &location,
            &site("example.com/shop/internal/pay.(*Client).Charge.func1", built, 17)
        ));
        assert!(is_line(&location, &site("main.(*Client).Charge", built, 17)));
        assert!(!is_line(&location, &site("main.(*Client).Charge", built, 18)));
        assert!(!is_line(&location, &site("main.(*Client).Refund", built, 17)));
        assert!(!is_line(
            &location,
            &site("main.(*Client).Charge", "/build/other.go", 17)
        ));
    }
}
