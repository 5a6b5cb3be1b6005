use super::*;

fn paths(header: &Header) -> Vec<&str> {
    header.imports.iter().map(|import| import.path.as_str()).collect()
}

fn whole(text: &str) -> Header {
    scan(text.as_bytes(), true)
}

fn constraint(text: &str) -> Option<String> {
    whole(text).constraint.map(|constraint| constraint.to_string())
}

#[test]
fn package_and_imports() {
    let text = "// Package p is.\npackage p // here\n\nimport \"fmt\"\nimport (\n\tm \"math\" // why\n\t. `os`; _ \"embed\"\n\n)\nimport ()\nimport \"C\"; import \"io\"\n\nvar x = \"import\"\n";
    let header = whole(text);
    assert_eq!(header.errors, []);
    assert_eq!(header.package.as_deref(), Some("p"));
    assert_eq!(paths(&header), ["fmt", "math", "os", "embed", "C", "io"]);
    let names: Vec<Option<&str>> = header.imports.iter().map(|import| import.name.as_deref()).collect();
    assert_eq!(names, [None, Some("m"), Some("."), Some("_"), None, None]);
    assert_eq!(header.imports[1].span.of(text.as_bytes()), b"\"math\"");
    assert!(header.cgo() && header.embeds());
    assert!(!header.cut);
}

#[test]
fn odd_but_go() {
    for text in [
        "package p",
        "package p;",
        "\u{feff}package p\n",
        "/* a */ /* b\n */ package /* c */ p; import \"fmt\"; type T int",
        "package p /*\n*/ import \"fmt\"",
        "package p\r\nimport\r\n\"fmt\"\r\n",
        "package größe\nimport(\"fmt\")",
        "package p\nimport (\"fmt\"\n\"os\" /* x\n */ \"io\")",
        "package p\nfunc f() {}\nimport \"late\"",
        "package p\nimportant()",
    ] {
        let header = whole(text);
        assert_eq!(header.errors, [], "{text}");
        assert!(header.package.is_some(), "{text}");
    }
    assert_eq!(paths(&whole("package p\nimport \"\\x66mt\"")), ["fmt"]);
}

#[test]
fn not_go() {
    for (text, at, message) in [
        ("", 0, "a file starts with its package clause"),
        ("func f() {}", 0, "a file starts with its package clause"),
        ("package", 7, "the package clause has no name"),
        ("package 1", 8, "the package clause has no name"),
        ("package _", 8, "a package cannot be called _"),
        ("package p import \"a\"", 10, "a line end is missing before this"),
        ("package p\nimport \"a\" \"b\"", 21, "a line end is missing before this"),
        (
            "package p\nimport (\"a\" \"b\")",
            22,
            "a line end is missing behind this import",
        ),
        ("package p\nimport a\n", 19, "an import path is missing"),
        ("package p\nimport (\"a\"\n", 22, "the file ends within its imports"),
        ("package p\nimport \"a", 17, "an import path is missing"),
        ("package p\nimport `a", 17, "an import path is missing"),
        ("package p\nimport \"a b\"", 17, "this is no import path"),
        ("package p\nimport \"\"", 17, "this is no import path"),
        ("package p\0", 9, "a NUL byte"),
        ("package p\n/* a", 10, "a comment does not end"),
    ] {
        let header = whole(text);
        let found: Vec<(u32, &str)> = header
            .errors
            .iter()
            .map(|e| (e.span.start, e.message.as_str()))
            .collect();
        assert!(found.contains(&(at, message)), "{text:?}: {found:?}");
        assert!(!header.cut, "{text:?}");
    }
}

#[test]
fn what_is_cut_asks_for_more() {
    let text = "// Copyright.\n\n//go:build linux\n\n/* c */\npackage pack\n\nimport (\n\t\"fmt\" // x\n\tm \"math\"\n)\n\nimport `os`\n\nfunc f() {}\n";
    let full = whole(text);
    assert_eq!(paths(&full), ["fmt", "math", "os"]);
    let enough = text.find("func").expect("there") + 5;
    for end in 0..text.len() {
        let header = scan(&text.as_bytes()[..end], false);
        if end >= enough {
            assert_eq!(header, full, "{end}");
        } else if !header.cut {
            // Everything that counts was there already.
            assert_eq!(header, full, "{end}");
        }
    }
}

#[test]
fn constraints_of_both_kinds() {
    for (text, expected) in [
        ("//go:build linux\npackage p", Some("linux")),
        ("//go:build linux\n// +build windows\n\npackage p", Some("linux")),
        ("// c\n\n/* d */\n//go:build a && b\npackage p", Some("a && b")),
        ("/* d\n//go:build a\n*/\npackage p", None),
        ("package p\n//go:build linux\n", None),
        ("//go:buildx\npackage p", None),
        (" // go:build linux\npackage p", None),
        (
            "// +build linux,386 darwin\n// +build !cgo\n\npackage p",
            Some("(linux && 386 || darwin) && !cgo"),
        ),
        // No blank line: a doc comment.
        ("// +build linux\npackage p", None),
        ("// +build linux\n/* x */\n\npackage p", None),
        ("\u{feff}//go:build linux\npackage p", Some("linux")),
        ("//go:build linux\r\n\r\npackage p", Some("linux")),
    ] {
        assert_eq!(constraint(text).as_deref(), expected, "{text:?}");
    }
}

#[test]
fn a_wrong_constraint_is_none() {
    for text in [
        "//go:build\npackage p",
        "//go:build a b\npackage p",
        "//go:build a\n//go:build b\npackage p",
    ] {
        let header = whole(text);
        assert!(header.constraint_invalid && header.constraint.is_none(), "{text}");
        assert_eq!(header.errors.len(), 1, "{text}");
        assert_eq!(header.package.as_deref(), Some("p"));
    }
}

#[test]
fn the_version_of_a_file() {
    assert_eq!(
        whole("//go:build go1.22\npackage p").go_version,
        Some(GoVersion::language(22))
    );
    assert_eq!(whole("// +build go1.22\n\npackage p").go_version, None);
}

#[test]
fn marks_of_generators() {
    assert!(whole("// Code generated by x. DO NOT EDIT.\n\npackage p").generated);
    assert!(whole("// c\n// Code generated by x. DO NOT EDIT.\r\npackage p").generated);
    assert!(!whole("// Code generated by x. DO NOT EDIT\npackage p").generated);
    assert!(!whole("package p\n// Code generated by x. DO NOT EDIT.\n").generated);
    assert!(!whole(" // Code generated by x. DO NOT EDIT.\npackage p").generated);
}

#[test]
fn embedded_patterns() {
    let text = "package p\nimport _ \"embed\"\n//go:embed a.txt \"b c\" `d`\nvar s string\n\t//go:embed\tall:x/*\nvar t = \"\n//go:embed no\"\nvar u = `\n//go:embed no\n` //go:embed no\n/*\n//go:embed no\n*/\n// go:embed no\n//go:embedno\nvar r = '\"'\n//go:embed z\n";
    let found = embeds(text.as_bytes());
    let patterns: Vec<&str> = found.iter().map(|embed| embed.pattern.as_str()).collect();
    // A literal that is not closed ends with its line, so the line after it counts.
    assert_eq!(patterns, ["a.txt", "b c", "d", "all:x/*", "no\"", "z"]);
    assert_eq!(found[1].span.of(text.as_bytes()), b"\"b c\"");
}

#[test]
fn hostile_text_ends() {
    let comment = format!("/*{}", "//".repeat(1 << 20));
    assert!(scan(comment.as_bytes(), false).cut);
    assert!(!scan(comment.as_bytes(), true).errors.is_empty());
    let imports = format!("package p\nimport (\n{})\n", "\"a\";".repeat(100_000));
    let header = whole(&imports);
    assert_eq!(header.imports.len(), MAX_IMPORTS);
    assert_eq!(header.errors.len(), 1);
    let builds = format!("{}package p", "//go:build a\n".repeat(100_000));
    assert_eq!(whole(&builds).errors.len(), 1);
    let plus = format!("{}\npackage p", "// +build a\n".repeat(100_000));
    assert!(whole(&plus).constraint_invalid);
}

#[test]
fn a_start_that_is_wrong_decides_nothing() {
    let text = b"// +build a\n\n\x0c// +build b\n\npackage p\n";
    let whole = scan(text, true);
    assert_eq!(
        whole.constraint.as_ref().map(ToString::to_string).as_deref(),
        Some("a && b")
    );
    assert_eq!(whole.errors.len(), 1);
    for end in 0..text.len() {
        let start = scan(&text[..end], false);
        assert!(start.cut || start == whole, "{end}");
    }
}
