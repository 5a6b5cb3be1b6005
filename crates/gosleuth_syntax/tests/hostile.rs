//! Texts made to be hard: deep, long, broken everywhere. Reading them ends, in time in proportion to their length, and the rest of the file
//! is there.
//!
//! The bounds of time are several times what an optimised build needs on a slow machine; what is not linear misses them by far.

use std::sync::LazyLock;
use std::time::Instant;

use gosleuth_syntax::ast::{DeclKind, File};
use gosleuth_syntax::{GoVersion, MAX_ERRORS, MAX_NESTING, ParseOptions, parse, tokens, validate};

/// Parses and validates, within so many seconds for a megabyte.
fn read(text: &[u8], seconds: f64) -> File {
    let start = busy();
    let file = parse(text, ParseOptions::default());
    let taken = busy() - start;
    let bound = seconds * (text.len() as f64 / 1e6).max(0.5);
    assert!(taken < bound, "{} bytes took {taken} s", text.len());
    assert_eq!(validate(&file, text), Ok(()));
    file
}

/// Seconds this thread has been working, where the system tells; other processes do not count then.
fn busy() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let statistics = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = statistics.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

fn has_function(file: &File, name: &str) -> bool {
    file.top.iter().any(|&decl| match file.decls[decl].kind {
        DeclKind::Func(function) => file.name(file.func_decls[function].name) == name,
        _ => false,
    })
}

#[test]
fn what_nests_a_hundred_thousand_levels_deep_is_an_error_and_the_rest_is_read() {
    let openings = [
        "(",
        "[",
        "{",
        "-",
        "!",
        "^",
        "*",
        "&",
        "<-",
        "~",
        "[]",
        "[1]",
        "f(",
        "x[",
        "x[:",
        "T{",
        "T{{",
        "x.(",
        "map[",
        "map[int]",
        "chan ",
        "<-chan ",
        "chan<- ",
        "func(",
        "func() (",
        "func(){",
        "func() func",
        "struct{a ",
        "struct{ A struct{",
        "interface{ m(",
        "interface{ A|",
        "interface{ interface{",
        "if ",
        "if x {",
        "if x {} else ",
        "for {",
        "for ; ; {",
        "switch {case ",
        "switch {default: ",
        "select {case ",
        "select {default: ",
        "L: ",
        "go func(){",
        "defer func(){",
        "return func(){",
        "x = ",
        "x + (",
        "var a = ",
        "var a ",
        "const a = (",
        "type T ",
        "type T[P ",
        "type T[P *",
        "type T[",
        "a, b = (",
        "[]T{",
        "&T{a: ",
        "...",
        "(*",
        "!(",
        "x[T[",
        "case ",
        "range ",
        "func f[P ",
        "func (",
        "import (",
        "x.",
        "x:",
        "type (T ",
        "var (a ",
    ];
    for opening in openings {
        for context in ["", "func f() {\n", "var x = ", "type X "] {
            let deep = format!(
                "package p\n\n{context}{}\n\nfunc after() {{}}\n",
                opening.repeat(100_000)
            );
            let file = read(deep.as_bytes(), 10.0);
            assert!(!file.errors.is_empty(), "{context}{opening}");
            assert!(has_function(&file, "after"), "{context}{opening}");
        }
    }
}

#[test]
fn as_deep_as_allowed_is_read() {
    let levels = MAX_NESTING as usize - 10;
    let text = format!("package p\n\nvar x = {}1{}\n", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(read(text.as_bytes(), 10.0).errors, []);
}

#[test]
fn chains_are_no_nesting() {
    let long = |part: &str| part.repeat(200_000);
    for text in [
        format!("var x = 1{}", long(" + 1")),
        format!("var x = f{}", long("()")),
        format!("var x = a{}", long(".a")),
        format!("var x = a{}", long("[0]")),
        format!("var x = a{}", long(".(T)")),
        format!("var x = a{}", long("[:]")),
        format!("type T[P *A{}] int", long("|A")),
        format!("type T[P ~A{}] int", long("|A")),
        format!("type T interface {{ A{} }}", long("|A")),
        format!("var x = T{{ 1{} }}", long(", 1")),
        format!("func f(a int{}) {{}}", long(", a int")),
        format!("var x{} int", long(", x")),
        format!("func f() {{ x{} = 1 }}", long(", x")),
        format!("func f() {{ {} }}", long("x = 1;")),
    ] {
        let file = read(format!("package p\n\n{text}\n").as_bytes(), 10.0);
        assert_eq!(file.errors, [], "{}", &text[..20]);
    }
}

#[test]
fn a_line_of_fifty_megabytes() {
    for (megabytes, before, byte, after, errors) in [
        (50, "var x = \"", "a", "\"", false),
        (50, "// ", "a", "", false),
        (50, "var x = 1", " ", "", false),
        (50, "var ", "a", " int", false),
        (50, "", "@", "", true),
        (50, "", "(", "", true),
        (5, "var x = `", "a", "`", false),
        (5, "var x = \"", "\\n", "\"", false),
        (5, "/* ", "*", "*/", false),
        (5, "var x = ", "1", "", false),
        (5, "var x = 0x", "_f", "", false),
        (5, "var x = \"", "a", "", true),
        (5, "var x = '", "a", "'", true),
        (5, "var x = `", "a", "", true),
        (5, "/* ", "*", "", true),
        (5, "", "\0", "", true),
        (5, "", "\u{feff}", "", true),
        (5, "", "é", "", true),
    ] {
        let size = megabytes * 1_000_000;
        let text = format!("package p\n\n{before}{}{after}\n", byte.repeat(size / byte.len()));
        let file = read(text.as_bytes(), 0.5);
        assert_eq!(!file.errors.is_empty(), errors, "{before} {byte:?}");
        assert!(file.errors.len() <= MAX_ERRORS, "{before} {byte:?}");
    }
}

#[test]
fn errors_everywhere_take_no_longer() {
    let parts = [
        "x\n",
        "; x",
        "func f(\n",
        "; func f(",
        ";func f(){",
        "func f() {\n",
        "var x = ) {\n",
        "var x = /*\n",
        "var x = `\n",
        "type T struct {\n",
        "var f = func() {\n",
        "\tvar f = func() {\n type T int\n",
        "if {\n",
        "\"\n",
        "'",
        "case x:\n",
        "}\n",
        "{\n",
        ")\n",
        "f(x y\n",
        "f(\n/* c */\n",
        "type T[P *C",
        "func f() {\nvar x = (\n",
        "import (\n",
        "import \"a\"\n",
        "const (\n",
        "@",
        "var x = T{ {\n",
        "L:\n",
        "goto ;",
        "a, b\n",
        "func f[\n",
        "x.(",
        "switch {\n",
        "select {\nx\n",
        "for i := range\n",
        "\t\tfunc g() {\n",
        "// c\nfunc f(\n",
        "//line :0\n",
        "func (",
        "...",
    ];
    for part in parts {
        let text = format!(
            "package p\n\n{}\n\nfunc after() {{}}\n",
            part.repeat(400_000 / part.len())
        );
        let file = read(text.as_bytes(), 4.0);
        assert!(file.errors.len() <= MAX_ERRORS, "{part:?}");
    }
    // The same, each on lines that are indented differently.
    for part in parts {
        let lines: String = (0..20_000)
            .map(|line| format!("{}{part}", " ".repeat(line * 7 % 100)))
            .collect();
        read(format!("package p\n\n{lines}").as_bytes(), 4.0);
    }
}

#[test]
fn a_broken_function_does_not_hide_the_next() {
    let broken = [
        "if x {",
        "f(",
        "x := [",
        "y = T{",
        "\"",
        "'",
        "for {",
        "switch x {\n\tcase 1",
        "select {",
        "func() {",
        "x.",
        "a +",
        "if",
        "return func(",
        "go",
        "var (",
        "const (",
        "type T struct {",
        "x := map[string",
        "}",
        "}}}",
        ")",
        "]",
        "else {",
        "case x:",
        "@",
        "\0",
        "\\",
    ];
    for damage in broken {
        let text = format!(
            "package p\n\nfunc first() {{}}\n\nfunc broken() {{\n\t{damage}\n}}\n\n// After.\nfunc after() {{}}\n\ntype T int\n"
        );
        let file = read(text.as_bytes(), 1.0);
        assert!(!file.errors.is_empty(), "{damage}");
        assert!(
            has_function(&file, "first") && has_function(&file, "broken") && has_function(&file, "after"),
            "{damage}"
        );
        assert!(
            matches!(
                file.top.last().map(|&decl| file.decls[decl].kind),
                Some(DeclKind::Gen { .. })
            ),
            "{damage}"
        );
    }
}

#[test]
fn statements_around_a_broken_one_stay() {
    for damage in [
        "x := := 1",
        "f(1 2)",
        "a b c",
        "var = 1",
        "x.[1]",
        "if {}",
        "for ;; {}",
        "go 1",
        "switch case {}",
    ] {
        let text = format!("package p\n\nfunc f() {{\n\tbefore()\n\t{damage}\n\tafter()\n}}\n");
        let file = read(text.as_bytes(), 1.0);
        let called = |name: &str| file.names.find(name).is_some();
        let statements = file.top.iter().find_map(|&decl| match file.decls[decl].kind {
            DeclKind::Func(function) => file.func_decls[function].body.map(|body| file.block(body).len()),
            _ => None,
        });
        assert!(called("before") && called("after"), "{damage}");
        assert!(
            statements.is_some_and(|count| count >= 3),
            "{damage}: {statements:?} statements"
        );
    }
}

#[test]
fn marks_nul_and_what_is_not_utf8() {
    let read = |text: &[u8]| read(text, 1.0);
    assert_eq!(read(b"\xef\xbb\xbfpackage p\n").errors, []);
    for (text, message) in [
        (&b"package p\xef\xbb\xbf\n"[..], "byte order mark"),
        (b"package p\n\0", "NUL"),
        (b"package p\n// \xff\n", "UTF-8"),
        (b"package p\nvar s = \"\xff\"\n", "UTF-8"),
        (b"package p\nvar \xff int\n", "UTF-8"),
        (b"package p\nvar a\xc3 int\n", "UTF-8"),
    ] {
        let file = read(text);
        assert!(
            file.errors.iter().any(|error| error.message.contains(message)),
            "{message}: {:?}",
            file.errors
        );
    }
    let file = read(b"");
    assert_eq!(file.errors.len(), 1);
    for text in [
        &b"\xef\xbb\xbf"[..],
        b"\xef\xbb",
        b"\0",
        b"\xff\xfe",
        b"package",
        b"package p;",
        b"//",
        b"/*",
        b"\"",
        b"`",
        b"'",
        b"0x",
        b"`\nvar x = (\na",
    ] {
        read(text);
        tokens(text);
    }
}

#[test]
fn blanks_before_the_end_of_a_line_are_nothing() {
    for blank in ["", " ", "\t", "\r", "  ", " \t \r", " // c", "\t/* c */", " /* c\n */"] {
        let text = format!(
            "package p{blank}\n\nfunc f() int {{{blank}\n\tf(){blank}\n\n\treturn 1{blank}\n}}{blank}\nvar x = f(){blank}\n"
        );
        assert_eq!(read(text.as_bytes(), 1.0).errors, [], "{blank:?}");
    }
}

#[test]
fn an_import_behind_other_declarations_hides_nothing() {
    for import in [
        "import \"a\"",
        "import",
        "import .;",
        "import (\n\t\"a\"\n)",
        "import \"a\"\nimport x",
    ] {
        let text = format!("package p\n\nvar first int\n\n{import}\n\nfunc after() {{}}\n{import}\nvar last int\n");
        let file = read(text.as_bytes(), 1.0);
        assert!(has_function(&file, "after"), "{import}: {:?}", file.errors);
        assert!(file.names.find("last").is_some(), "{import}: {:?}", file.errors);
    }
}

#[test]
fn syntax_of_a_later_version_is_an_error_and_is_read() {
    let text =
        "package p\n\nfunc (l List[T]) Map[U any](f func(T) U) List[U] { return nil }\n\nfunc after[T any]() {}\n";
    for (minor, errors) in [(18, 1), (26, 1), (27, 0), (30, 0)] {
        let file = parse(text.as_bytes(), ParseOptions::of_version(GoVersion::language(minor)));
        assert_eq!(file.errors.len(), errors, "1.{minor}: {:?}", file.errors);
        for error in &file.errors {
            assert_eq!(
                &text[error.span.start as usize..error.span.end as usize],
                "[U any]",
                "{}",
                error.message
            );
            assert!(error.message.ends_with("needs go1.27"), "{}", error.message);
        }
        assert!(has_function(&file, "Map") && has_function(&file, "after"));
    }
}
