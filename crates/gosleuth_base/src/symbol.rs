//! Go symbol names as the linker writes them: package path, receiver, function, closures.
//!
//! Source: what `runtime/traceback.go` prints and `cmd/link` names: `path/to/pkg.Func`, `pkg.(*T).Method`, `pkg.T.Method`,
//! `pkg.Func[...]`, `pkg.glob..func1`, `pkg.Func.func1.2`, `pkg.(*T).M-fm`, `pkg.F.gowrap1`, `pkg.F.deferwrap1`, `pkg.F-range1`.
//! Dots of the last path element are escaped as `%2e`.

/// Where a function comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The Go runtime itself (`runtime`, `runtime/...`, `internal/runtime/...`).
    Runtime,
    /// The rest of the standard library.
    Std,
    /// A module that is not the main one, as far as the path tells (module cache, `vendor`).
    ThirdParty,
    /// The program's own code.
    User,
}

/// A parsed view of a Go symbol name; all parts borrow from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GoSymbol<'a> {
    /// Package path as written (`example.com/shop/orders`, `main`, `gopkg.in/yaml%2ev3`).
    pub package: &'a str,
    /// Receiver type without `(*…)`, if this is a method.
    pub receiver: Option<&'a str>,
    /// Function or method name without closure suffixes and type arguments.
    pub name: &'a str,
    /// What follows the name: `.func1.2`, `.gowrap1`, `-fm`, `[...]`, or empty.
    pub suffix: &'a str,
}

impl<'a> GoSymbol<'a> {
    /// Splits a symbol name. Never fails: what does not look like a Go symbol is all `name`.
    pub fn parse(symbol: &'a str) -> Self {
        // Type arguments may hold slashes and dots of other packages; they start the suffix or sit in the receiver.
        let head_end = symbol.find('[').unwrap_or(symbol.len());
        let path_end = symbol[..head_end].rfind('/').map_or(0, |slash| slash + 1);
        let Some(dot) = symbol[path_end..].find('.').map(|dot| path_end + dot) else {
            return Self {
                package: "",
                receiver: None,
                name: symbol,
                suffix: "",
            };
        };
        let package = &symbol[..dot];
        let rest = &symbol[dot + 1..];
        if let Some(inner) = rest.strip_prefix('(') {
            let close = inner.find(')').unwrap_or(inner.len());
            let receiver = inner[..close].trim_start_matches('*');
            let after = inner.get(close + 1..).unwrap_or("").trim_start_matches('.');
            let (name, suffix) = split_suffix(after);
            return Self {
                package,
                receiver: Some(strip_type_args(receiver)),
                name,
                suffix,
            };
        }
        let (first, suffix) = split_suffix(rest);
        // `pkg.T.Method`: a second identifier that is no closure mark is the method of a value receiver.
        if let Some(next) = suffix.trim_start_matches("[...]").strip_prefix('.')
            && !is_closure_mark(next)
            && first != "init"
            && first != "glob"
        {
            let (name, suffix) = split_suffix(next);
            return Self {
                package,
                receiver: Some(first),
                name,
                suffix,
            };
        }
        Self {
            package,
            receiver: None,
            name: first,
            suffix,
        }
    }

    /// Whether the symbol is a function literal or a wrapper made for `go`, `defer` or a method value.
    pub fn is_closure(&self) -> bool {
        let suffix = self.suffix.trim_start_matches("[...]");
        suffix.starts_with(".func") || suffix.starts_with(".gowrap") || suffix.starts_with(".deferwrap")
    }

    /// Whether the standard library of Go (any version from 1.15 to 1.27) owns the package.
    pub fn is_std(&self) -> bool {
        is_std_package(self.package)
    }

    /// Where the function comes from, judged by package path and file.
    pub fn origin(&self, file: &str) -> Origin {
        let package = self.package;
        if package == "runtime"
            || package.starts_with("runtime/internal/")
            || package.starts_with("internal/runtime/")
            || (package.is_empty() && matches!(self.name, "panic" | "gosave_systemstack_switch"))
        {
            return Origin::Runtime;
        }
        if self.is_std() {
            return Origin::Std;
        }
        if file.contains("/pkg/mod/")
            || file.contains("/vendor/")
            || file.contains("\\pkg\\mod\\")
            || package.starts_with("golang.org/x/")
            || package.contains("/vendor/")
            || is_versioned_module_path(file)
        {
            return Origin::ThirdParty;
        }
        Origin::User
    }
}

/// `example.com/m@v1.2.3/x.go`, the form of `-trimpath` builds for dependencies.
fn is_versioned_module_path(file: &str) -> bool {
    file.split_once("@v")
        .is_some_and(|(_, rest)| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn strip_type_args(text: &str) -> &str {
    text.split('[').next().unwrap_or(text)
}

fn is_closure_mark(text: &str) -> bool {
    text.starts_with("func")
        || text.starts_with("gowrap")
        || text.starts_with("deferwrap")
        || text.starts_with(|c: char| c.is_ascii_digit())
        || text.starts_with('.')
        || text.starts_with('·')
}

/// Splits after the leading identifier.
fn split_suffix(text: &str) -> (&str, &str) {
    let end = text.find(['.', '[', '-', '·']).unwrap_or(text.len());
    text.split_at(end)
}

/// Whether a package path belongs to the standard library: its first element is one of the library's own.
fn is_std_package(package: &str) -> bool {
    let first = package.split('/').next().unwrap_or(package);
    // `vendor/golang.org/x/...` is how the toolchain names what the standard library vendors.
    STD_ROOTS.binary_search(&first).is_ok() || package.starts_with("vendor/golang.org/")
}

/// First path elements of the standard library, Go 1.15 to 1.27, sorted.
const STD_ROOTS: &[&str] = &[
    "archive",
    "bufio",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "internal",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "runtime",
    "simd",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "unicode",
    "unique",
    "unsafe",
    "uuid",
    "weak",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(symbol: &str, package: &str, receiver: Option<&str>, name: &str, suffix: &str) {
        assert_eq!(
            GoSymbol::parse(symbol),
            GoSymbol {
                package,
                receiver,
                name,
                suffix
            }
        );
    }

    #[test]
    fn parts_of_symbols() {
        check("main.main", "main", None, "main", "");
        check("main.main.func1.2", "main", None, "main", ".func1.2");
        check(
            "example.com/a.b/c.(*T).Do.func1",
            "example.com/a.b/c",
            Some("T"),
            "Do",
            ".func1",
        );
        check("net/http.(*conn).serve", "net/http", Some("conn"), "serve", "");
        check(
            "net/http.HandlerFunc.ServeHTTP",
            "net/http",
            Some("HandlerFunc"),
            "ServeHTTP",
            "",
        );
        check("main.(*Set[...]).Add", "main", Some("Set"), "Add", "");
        check("main.Map[...].func1", "main", None, "Map", "[...].func1");
        check("main.(*T).Run-fm", "main", Some("T"), "Run", "-fm");
        check("main.init.0", "main", None, "init", ".0");
        check("main.glob..func1", "main", None, "glob", "..func1");
        check(
            "gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun",
            "gopkg.in/natefinch/lumberjack%2ev2",
            Some("Logger"),
            "millRun",
            "",
        );
        check("panic", "", None, "panic", "");
        check("main.F.gowrap1", "main", None, "F", ".gowrap1");
        check("", "", None, "", "");
    }

    #[test]
    fn origins() {
        let of = |symbol: &'static str, file: &str| GoSymbol::parse(symbol).origin(file);
        assert_eq!(of("runtime.gopark", ""), Origin::Runtime);
        assert_eq!(of("internal/runtime/maps.fatal", ""), Origin::Runtime);
        assert_eq!(of("panic", ""), Origin::Runtime);
        assert_eq!(of("internal/sync.(*Mutex).lockSlow", ""), Origin::Std);
        assert_eq!(of("net/http.(*conn).serve", ""), Origin::Std);
        assert_eq!(
            of("github.com/x/y.F", "/root/go/pkg/mod/github.com/x/y@v1.0.0/f.go"),
            Origin::ThirdParty
        );
        assert_eq!(of("github.com/x/y.F", "github.com/x/y@v1.0.0/f.go"), Origin::ThirdParty);
        assert_eq!(of("github.com/x/y.F", "/src/y/f.go"), Origin::User);
        assert_eq!(of("main.main", "/src/main.go"), Origin::User);
    }

    #[test]
    fn std_roots_are_sorted() {
        assert!(STD_ROOTS.is_sorted());
    }
}
