use std::path::PathBuf;

use super::*;
use crate::config::Overrides;
use crate::system::MemorySystem;
use crate::testing::{load_in, machine, problems, show};
use crate::units::{self, UnitTarget, Variant};

const TWO_PACKAGES: &str = r#"
-- /m/go.mod --
module example.com/m

go 1.22
-- /m/main.go --
package main

import (
	"fmt"

	"example.com/m/lib"
)
-- /m/lib/lib.go --
package lib
-- /m/lib/lib_test.go --
package lib

import "testing"
-- /m/lib/x_test.go --
package lib_test

import _ "example.com/m/lib"
"#;

#[test]
fn packages_come_after_what_they_import() {
    let workspace = load_in(&machine(TWO_PACKAGES), "/m", &["./..."]);
    assert_eq!(
        show(&workspace),
        [
            "*example.com/m/lib [lib.go t:lib_test.go x:x_test.go] testing example.com/m/lib",
            "runtime [runtime.go]",
            "fmt [fmt.go] runtime",
            "*example.com/m [main.go] example.com/m/lib fmt",
            "testing [testing.go] fmt",
        ]
    );
    let depths: Vec<u32> = workspace.packages.iter().map(|package| package.depth).collect();
    assert_eq!(depths, [0, 0, 1, 2, 2]);
    assert_eq!(problems(&workspace), Vec::<String>::new());
    let lib = &workspace.packages[workspace.roots[0]];
    assert_eq!((lib.name.as_str(), lib.go_version), ("lib", GoVersion::language(22)));
    assert_eq!(workspace.modules[lib.module.expect("a module")].path, "example.com/m");
    let fmt = workspace
        .packages
        .iter()
        .find(|package| package.import_path == "fmt")
        .expect("loaded");
    assert!(fmt.standard && fmt.module.is_none());
    assert_eq!(fmt.go_version, GoVersion::language(26));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let mut system = machine("");
    system.file("/m/go.mod", "module m\n");
    for n in 0..60 {
        let imports: String = (0..n).map(|other| format!("import _ \"m/p{other}\"\n")).collect();
        system.file(
            format!("/m/p{n}/p.go"),
            format!("package p\n\n{imports}import _ \"missing/x{n}\"\n"),
        );
    }
    let run = |threads| {
        let overrides = Overrides {
            threads: Some(threads),
            ..Overrides::default()
        };
        let (config, _) = Config::detect(&system, Path::new("/m"), &overrides);
        format!("{:?}", load(&system, &config, Path::new("/m"), &["./...".to_owned()]))
    };
    let one = run(1);
    assert!(one.contains("m/p59"));
    assert!([2, 3, 8, 64].iter().all(|&threads| run(threads) == one));
}

#[test]
fn tests_are_loaded_only_when_asked_for() {
    let system = machine(TWO_PACKAGES);
    let (config, _) = Config::detect(&system, Path::new("/m"), &Overrides::default());
    let workspace = load(&system, &config, Path::new("/m"), &["./lib".to_owned()]);
    assert_eq!(
        show(&workspace),
        ["*example.com/m/lib [lib.go t:lib_test.go x:x_test.go] (testing) (example.com/m/lib)"]
    );
    assert_eq!(units::units(&workspace, false).len(), 1);
}

#[test]
fn units_of_tests() {
    let system = machine(
        r#"
-- /m/go.mod --
module m
-- /m/p/p.go --
package p
-- /m/p/p_test.go --
package p

import _ "fmt"
-- /m/p/x_test.go --
package p_test

import _ "m/p"
import _ "m/q"
import _ "m/other"
import "C"
-- /m/q/q.go --
package q

import _ "m/r"
-- /m/r/r.go --
package r

import _ "m/p"
import _ "gone/x"
-- /m/other/other.go --
package other
-- /m/prog/main.go --
package main
-- /m/prog/x_test.go --
package main_test
"#,
    );
    // The external test with import "C" is left out, as Go does not have such; take it away for the rest.
    let workspace = load_in(&system, "/m", &["./p"]);
    assert!(
        problems(&workspace)
            .iter()
            .any(|problem| problem.ends_with("left out: it is a test and imports \"C\""))
    );
    let mut system = system;
    system.file(
        "/m/p/x_test.go",
        "package p_test\n\nimport _ \"m/p\"\nimport _ \"m/q\"\nimport _ \"m/other\"\n",
    );
    let workspace = load_in(&system, "/m", &["./p", "./prog"]);
    let all = units::units(&workspace, true);
    let name = |package, variant| units::name(&workspace, package, variant);
    let lines: Vec<String> = all
        .iter()
        .map(|unit| {
            let imports = unit.imports.iter().map(|import| match import.target {
                UnitTarget::Unit(id) => name(all[id].package, all[id].variant),
                UnitTarget::Missing(id) => format!("{}?", workspace.missing[id].path),
                UnitTarget::C => "C".to_owned(),
            });
            let imports: Vec<String> = imports.collect();
            format!("{}: {}", name(unit.package, unit.variant), imports.join(", "))
                .trim_end()
                .to_owned()
        })
        .collect();
    assert_eq!(
        lines,
        [
            "m/other:",
            "m/p:",
            "m/prog:",
            "m/prog [m/prog.test]:",
            "m/prog_test [m/prog.test]:",
            "runtime:",
            "fmt: runtime",
            "m/r: gone/x?, m/p",
            "m/p [m/p.test]: fmt",
            "m/q: m/r",
            "m/r [m/p.test]: gone/x?, m/p [m/p.test]",
            "m/q [m/p.test]: m/r [m/p.test]",
            "m/p_test [m/p.test]: m/other, m/p [m/p.test], m/q [m/p.test]",
        ]
    );
    // Every import leads backwards.
    for (id, unit) in all.iter_enumerated() {
        assert!(
            unit.imports
                .iter()
                .all(|import| !matches!(import.target, UnitTarget::Unit(other) if other >= id))
        );
    }
    assert!(Variant::WithTests.has(Role::Test) && !Variant::WithTests.has(Role::XTest));
}

#[test]
fn circles_of_imports_are_told_once() {
    let system = machine(
        r#"
-- /m/go.mod --
module m
-- /m/a/a.go --
package a

import (
	_ "fmt"
	_ "m/b"
)
-- /m/b/b.go --
package b

import _ "m/c"
-- /m/c/c.go --
package c

import _ "m/a"
-- /m/self/self.go --
package self

import _ "m/self"
-- /m/user/user.go --
package user

import _ "m/b"
"#,
    );
    let workspace = load_in(&system, "/m", &["./..."]);
    assert_eq!(
        problems(&workspace),
        [
            "/m/a/a.go:5: import cycle: m/a imports m/b imports m/c imports m/a",
            "/m/self/self.go:3: import cycle: m/self imports m/self",
        ]
    );
    assert_eq!(workspace.packages.len(), 7);
    assert_eq!(units::units(&workspace, true).len(), 7);
}

#[test]
fn the_standard_library_has_copies_of_its_own() {
    let workspace = load_in(&machine(""), "/", &["std"]);
    let names: Vec<&str> = workspace
        .roots
        .iter()
        .map(|&id| workspace.packages[id].import_path.as_str())
        .collect();
    assert_eq!(names, ["runtime", "vendor/golang.org/x/dns", "fmt", "net", "testing"]);
    let workspace = load_in(&machine(""), "/", &["cmd"]);
    assert_eq!(
        show(&workspace),
        [
            "*cmd/vendor/golang.org/x/mod [mod.go]",
            "*cmd/go [main.go] cmd/vendor/golang.org/x/mod"
        ]
    );
    // The same from within, with the import paths of Go.
    let workspace = load_in(&machine(""), "/go/src", &["./net/..."]);
    assert_eq!(
        show(&workspace),
        [
            "vendor/golang.org/x/dns [dns.go]",
            "*net [net.go] vendor/golang.org/x/dns"
        ]
    );
    let workspace = load_in(&machine(""), "/go/src/cmd", &["./..."]);
    assert_eq!(show(&workspace)[1], "*cmd/go [main.go] cmd/vendor/golang.org/x/mod");
}

#[test]
fn missing_packages_are_told_once_for_each_module() {
    let system = machine(
        r#"
-- /m/go.mod --
module example.com/m

go 1.22

require (
	github.com/Big/one v1.2.3
	example.com/gone v0.1.0
)

replace example.com/gone => ../gone
-- /m/a.go --
package m

import (
	_ "./relative"
	_ "example.com/gone/x"
	_ "example.com/m/nothing"
	_ "github.com/Big/one"
	_ "github.com/Big/one/sub"
	_ "github.com/new/thing/a"
	_ "github.com/new/thing/b"
	_ "net/nothing"
)
-- /m/b/b.go --
package b

import _ "github.com/Big/one/other"
"#,
    );
    let workspace = load_in(&system, "/m", &["./..."]);
    let mut found = problems(&workspace);
    found.sort();
    assert_eq!(
        found,
        [
            "/m/a.go:11: net/nothing: not in the standard library of Go 1.26.1, and module paths start with a domain",
            "/m/a.go:4: ./relative: this is no import path",
            "/m/a.go:5: example.com/gone/x: go.mod replaces example.com/gone by /gone, which is no directory",
            "/m/a.go:6: example.com/m/nothing: the module example.com/m has no such package",
            "/m/a.go:7: github.com/Big/one and 2 more packages: github.com/Big/one@v1.2.3 is not in the module cache; run `go mod download \
             github.com/Big/one@v1.2.3`",
            "/m/a.go:9: github.com/new/thing/a and 1 more package: no module that go.mod requires has this; run `go get \
             github.com/new/thing/a`",
        ]
    );
}

#[test]
fn without_a_go_root_the_rest_is_loaded() {
    let mut system = MemorySystem::new();
    system.file("/m/go.mod", "module m.x/m\n").file(
        "/m/a.go",
        "package a\n\nimport _ \"fmt\"\nimport _ \"os\"\nimport _ \"m.x/m/b\"\n",
    );
    system.file("/m/b/b.go", "package b\n");
    let workspace = load_in(&system, "/m", &["./..."]);
    assert_eq!(show(&workspace), ["*m.x/m/b [b.go]", "*m.x/m [a.go] fmt? m.x/m/b os?"]);
    assert_eq!(
        problems(&workspace),
        [
            "/m/a.go:3: fmt and 1 more package: there is no Go root with the sources of the standard library; set GOROOT, or put go on the PATH"
        ]
    );
    assert_eq!(workspace.problems[0].kind, ProblemKind::Note);
}

#[test]
fn directories_without_a_module() {
    let system =
        machine("-- /d/a.go --\npackage a\n\nimport _ \"fmt\"\nimport _ \"x.y/z\"\n-- /d/sub/b.go --\npackage b\n");
    let workspace = load_in(&system, "/d", &["./..."]);
    assert_eq!(
        show(&workspace),
        [
            "*_/d/sub [b.go]",
            "runtime [runtime.go]",
            "fmt [fmt.go] runtime",
            "*_/d [a.go] fmt x.y/z?"
        ]
    );
    assert_eq!(
        workspace.packages[workspace.roots[0]].go_version,
        GoVersion::language(26)
    );
    assert_eq!(
        problems(&workspace),
        ["/d/a.go:4: x.y/z: there is no go.mod here or above that says where this comes from"]
    );
}

#[test]
fn files_named_one_by_one() {
    let system = machine(
        "-- /m/go.mod --\nmodule m\ngo 1.20\n-- /m/tool.go --\n//go:build ignore\n\npackage main\n\nimport _ \"m/lib\"\n-- /m/lib/lib.go --\npackage lib\n\
         -- /m/lib/x_windows.go --\npackage lib\n",
    );
    let workspace = load_in(&system, "/m", &["tool.go"]);
    assert_eq!(
        show(&workspace),
        ["m/lib [lib.go]", "*command-line-arguments [tool.go] m/lib"]
    );
    let workspace = load_in(&system, "/", &["m/lib/lib.go", "./m/lib/x_windows.go"]);
    assert_eq!(show(&workspace), ["*command-line-arguments [lib.go x_windows.go]"]);
    let workspace = load_in(&system, "/m", &["tool.go", "lib/lib.go", "none.go"]);
    assert_eq!(
        problems(&workspace),
        [
            "lib/lib.go: files named one by one have to be in one directory",
            "none.go: there is no such file"
        ]
    );
}

#[test]
fn a_pattern_leads_into_another_module() {
    let system = machine(
        "-- /a/go.mod --\nmodule a\n-- /a/a.go --\npackage a\n-- /b/go.mod --\nmodule b\n-- /b/c/c.go --\npackage c\n-- /b/none/x.txt --\n",
    );
    assert_eq!(show(&load_in(&system, "/a", &["../b/..."])), ["*b/c [c.go]"]);
    assert_eq!(show(&load_in(&system, "/", &["./b/c"])), ["*b/c [c.go]"]);
    let workspace = load_in(&system, "/a", &[".", "../b/c"]);
    assert_eq!(show(&workspace), ["*a [a.go]"]);
    assert_eq!(
        problems(&workspace),
        ["../b/c: belongs to another module, that of /b/go.mod"]
    );
    let workspace = load_in(&system, "/", &["./..."]);
    assert_eq!(
        problems(&workspace),
        ["./...: matches no packages; /a is a module of its own"]
    );
    assert_eq!(workspace.problems[0].kind, ProblemKind::Unreadable);
}

#[test]
fn internal_packages_are_noted_not_refused() {
    let system = machine(
        r#"
-- /m/go.mod --
module m
-- /m/a/internal/i/i.go --
package i
-- /m/a/a.go --
package a

import _ "m/a/internal/i"
-- /m/b/b.go --
package b

import _ "m/a/internal/i"
import _ "internal/abi"
"#,
    );
    let workspace = load_in(&system, "/m", &["./a", "./b"]);
    assert_eq!(
        show(&workspace),
        [
            "m/a/internal/i [i.go]",
            "*m/a [a.go] m/a/internal/i",
            "*m/b [b.go] internal/abi?! m/a/internal/i!"
        ]
    );
}

#[test]
fn what_patterns_leave_out() {
    let system = machine(
        r#"
-- /m/go.mod --
module m

ignore ./web
ignore node_modules
-- /m/a/a.go --
package a
-- /m/testdata/t.go --
package t
-- /m/_x/x.go --
package x
-- /m/.git/g.go --
package g
-- /m/vendor/v/v.go --
package v
-- /m/nested/go.mod --
module nested
-- /m/nested/n.go --
package n
-- /m/web/w.go --
package w
-- /m/a/web/w.go --
package w
-- /m/a/node_modules/n.go --
package n
-- /m/win/win_windows.go --
package win
-- /m/link -> a --
-- /m/a/loop -> .. --
"#,
    );
    let workspace = load_in(&system, "/m", &["./..."]);
    assert_eq!(show(&workspace), ["*m/a [a.go]", "*m/a/web [w.go]"]);
    let skipped: Vec<String> = workspace
        .skipped
        .iter()
        .map(|skipped| format!("{}: {}", skipped.dir.display(), skipped.reason))
        .collect();
    assert_eq!(
        skipped,
        [
            "/m/_x: patterns leave out directories of this name",
            "/m/a/loop: patterns do not follow symbolic links",
            "/m/a/node_modules: go.mod says to ignore it",
            "/m/link: patterns do not follow symbolic links",
            "/m/nested: it is a module of its own",
            "/m/testdata: patterns leave out directories of this name",
            "/m/vendor: patterns leave out vendor",
            "/m/web: go.mod says to ignore it",
            "/m/win: none of its Go files belongs to this build",
        ]
    );
    // Named, they are what they are.
    assert_eq!(
        show(&load_in(&system, "/m", &["./testdata", "./web"])),
        ["*m/testdata [t.go]", "*m/web [w.go]"]
    );
    let workspace = load_in(&system, "/m", &["./win"]);
    assert_eq!(
        problems(&workspace),
        ["m/win: no Go file in /m/win belongs to this build"]
    );
    let workspace = load_in(&system, "/m", &["./nested"]);
    assert_eq!(show(&workspace), ["*nested [n.go]"]);
}

#[test]
fn directories_nested_without_end() {
    let mut system = machine("-- /m/go.mod --\nmodule m\n");
    let deep = "d/".repeat(300);
    system.file(format!("/m/{deep}x.go"), "package x\n");
    let workspace = load_in(&system, "/m", &["./..."]);
    assert_eq!(workspace.packages.len(), 0);
    assert!(
        workspace
            .skipped
            .iter()
            .any(|skipped| skipped.reason == SkipReason::TooDeep)
    );
}

#[test]
fn hostile_files_of_a_module() {
    // Larger than any go.mod, not UTF-8, with NUL and byte order marks.
    let mut system = machine("-- /m/a.go --\npackage a\n");
    let mut large = b"module m\n".to_vec();
    large.resize(50 << 20, b'\n');
    system.file("/m/go.mod", large);
    let workspace = load_in(&system, "/m", &["./..."]);
    assert_eq!(
        problems(&workspace)[..2],
        [
            "/m/go.mod:1: the file is larger than 16 MiB and was not read",
            "/m/go.mod: there is no module line"
        ]
    );
    system
        .file(
            "/m/go.mod",
            b"\xef\xbb\xbfmodule m\nrequire \xff v1\nrequire x master\n",
        )
        .file("/m/a.go", b"\xef\xbb\xbfpackage a\n");
    system
        .file("/m/b.go", b"package a\0\n")
        .file("/m/c.go", b"package \xff\n")
        .file("/m/d.go", b"\x7fELF")
        .file("/m/e.go", "");
    let workspace = load_in(&system, "/m", &["./..."]);
    assert_eq!(show(&workspace), ["*m [a.go b.go]"]);
    assert_eq!(
        problems(&workspace),
        [
            "/m/go.mod:2: the file is not UTF-8",
            "/m/go.mod:3: master is no version of x; `go mod tidy` finds the one that is meant",
            "/m/b.go:1: a line end is missing before this",
            "/m/b.go:1: a NUL byte",
            "/m/c.go: left out: it is of another package, \u{fffd}",
            "/m/d.go: left out: line 1: a file starts with its package clause",
            "/m/e.go: left out: line 1: a file starts with its package clause",
        ]
    );
}

#[test]
fn paths_cannot_leave_the_module_cache() {
    let mut system = machine("-- /home/u/secret/s.go --\npackage s\n");
    system.file(
        "/m/go.mod",
        "module m\ngo 1.22\nrequire ../../../secret v1.0.0\nrequire x.y/z v1.0.0/../../../../secret\n",
    );
    system.file(
        "/m/a.go",
        "package a\n\nimport _ \"x.y/z\"\nimport _ \"../../../secret\"\nimport _ \"m/../../secret\"\n",
    );
    let workspace = load_in(&system, "/m", &["./..."]);
    assert_eq!(show(&workspace), ["*m [a.go] ../../../secret? m/../../secret? x.y/z?"]);
}

#[test]
fn build_lists() {
    let mut system = machine(
        r#"
-- /m/go.mod --
module m

go 1.22

require (
	x.y/a v1.0.0
	x.y/old v1.0.0
)

exclude x.y/c v1.5.0
"#,
    );
    let download = "/home/u/go/pkg/mod/cache/download";
    for (path, text) in [
        // Pruned: what x.y/b requires does not count, its version does.
        ("x.y/a/@v/v1.0.0.mod", "module x.y/a\ngo 1.17\nrequire x.y/b v1.1.0\n"),
        (
            "x.y/b/@v/v1.1.0.mod",
            "module x.y/b\ngo 1.20\nrequire x.y/unseen v1.0.0\n",
        ),
        // Older than pruning: everything below counts, whatever its version says.
        (
            "x.y/old/@v/v1.0.0.mod",
            "module x.y/old\ngo 1.16\nrequire x.y/c v1.2.0\nrequire x.y/c v1.5.0\nrequire x.y/b v1.0.0\n",
        ),
        ("x.y/c/@v/v1.2.0.mod", "module x.y/c\ngo 1.20\nrequire x.y/d v0.1.0\n"),
        (
            "x.y/d/@v/v0.1.0.mod",
            "module x.y/d\ngo 1.20\nrequire x.y/c v1.2.0\nrequire x.y/!cap v0.0.1\n",
        ),
        ("x.y/b/@v/v1.0.0.mod", "module x.y/b\n"),
    ] {
        system.file(format!("{download}/{path}"), text);
    }
    let list = |system: &MemorySystem| -> Vec<String> {
        let (config, _) = Config::detect(system, Path::new("/m"), &Overrides::default());
        let text = |module: &Module| format!("{} {}", module.path, module.version.as_deref().unwrap_or_default());
        build_list(system, &config, Path::new("/m"))
            .iter()
            .map(|module| text(module).trim_end().to_owned())
            .collect()
    };
    assert_eq!(
        list(&system),
        [
            "m",
            "x.y/!cap v0.0.1",
            "x.y/a v1.0.0",
            "x.y/b v1.1.0",
            "x.y/c v1.2.0",
            "x.y/d v0.1.0",
            "x.y/old v1.0.0"
        ]
    );
    // Requirements and replacements in a circle end.
    system.file(
        "/m/go.mod",
        "module m\ngo 1.22\nrequire x.y/a v1.0.0\nreplace x.y/a => x.y/b v1.0.0\nreplace x.y/b => x.y/a v1.0.0\n",
    );
    system.file(
        format!("{download}/x.y/b/@v/v1.0.0.mod"),
        "module x.y/b\nrequire x.y/b v1.0.0\nrequire x.y/a v1.0.0\nrequire m v1.0.0\n",
    );
    system.file(
        format!("{download}/x.y/a/@v/v1.0.0.mod"),
        "module x.y/a\nrequire x.y/b v1.0.0\n",
    );
    assert_eq!(list(&system), ["m", "x.y/a v1.0.0", "x.y/b v1.0.0"]);
    system.file("/m/a.go", "package m\n");
    assert_eq!(
        problems(&load_in(&system, "/m", &["."])),
        [
            "/m/go.mod: these modules replace each other: x.y/a => x.y/b => x.y/a; Go follows one replacement and no further"
        ]
    );
}

#[test]
fn packages_of_the_module_cache() {
    let mut system = machine(
        r#"
-- /m/go.mod --
module m

go 1.22

require x.y/Big v1.0.0

require x.y/Big/deep v0.2.0 // indirect
-- /m/a.go --
package a

import _ "x.y/Big/deep/pkg"
import _ "x.y/Big/other"
import _ "x.y/far"
-- /home/u/go/pkg/mod/x.y/!big@v1.0.0/other/other.go --
package other
-- /home/u/go/pkg/mod/x.y/!big@v1.0.0/deep/pkg/pkg.go --
package wrong
-- /home/u/go/pkg/mod/x.y/!big/deep@v0.2.0/pkg/pkg.go --
package pkg
-- /home/u/go/pkg/mod/x.y/far@v0.9.0/far.go --
package far
-- /home/u/go/pkg/mod/cache/download/x.y/!big/@v/v1.0.0.mod --
module x.y/Big

go 1.19

require x.y/far v0.9.0
"#,
    );
    let workspace = load_in(&system, "/m", &["."]);
    // Not among the requirements of the main module, x.y/far is found in the whole graph.
    assert_eq!(
        show(&workspace),
        [
            "x.y/Big/deep/pkg [pkg.go]",
            "x.y/Big/other [other.go]",
            "x.y/far [far.go]",
            "*m [a.go] x.y/Big/deep/pkg x.y/Big/other x.y/far"
        ]
    );
    let modules: Vec<String> = workspace
        .modules
        .iter()
        .map(|module| {
            format!(
                "{} {:?} {:?}",
                module.path,
                module.version.as_deref(),
                module.go_version.map(|version| version.minor)
            )
        })
        .collect();
    assert_eq!(
        modules,
        [
            "m None Some(22)",
            "x.y/Big Some(\"v1.0.0\") Some(19)",
            "x.y/Big/deep Some(\"v0.2.0\") None",
            "x.y/far Some(\"v0.9.0\") None",
        ]
    );
    let workspace = load_in(&system, "/m", &["x.y/..."]);
    assert_eq!(
        show(&workspace),
        [
            "*x.y/Big/deep/pkg [pkg.go]",
            "*x.y/Big/other [other.go]",
            "*x.y/far [far.go]"
        ]
    );
    let workspace = load_in(&system, "/m", &["/home/u/go/pkg/mod/x.y/far@v0.9.0"]);
    assert_eq!(problems(&workspace), Vec::<String>::new());
    system.file(
        "/m/vendor/modules.txt",
        "# x.y/Big v0.9.0\n## explicit; go 1.18\nx.y/Big/other\n",
    );
    system.file("/m/vendor/x.y/Big/other/other.go", "package other\n");
    let workspace = load_in(&system, "/m", &["."]);
    assert_eq!(
        show(&workspace),
        [
            "x.y/Big/other [other.go]",
            "*m [a.go] x.y/Big/deep/pkg? x.y/Big/other x.y/far?"
        ]
    );
    assert_eq!(
        problems(&workspace),
        [
            "/m/vendor/modules.txt: vendor has x.y/Big v0.9.0, and go.mod asks for v1.0.0; `go mod vendor` brings them together",
            "/m/a.go:3: x.y/Big/deep/pkg and 1 more package: not in /m/vendor; run `go mod vendor`",
        ]
    );
    assert_eq!(workspace.packages[workspace.roots[0]].dir, PathBuf::from("/m"));
}

#[test]
fn workspaces() {
    let mut system = machine(
        r#"
-- /w/go.work --
go 1.24

use ./a
use ./b
use ./gone
-- /w/a/go.mod --
module a.x/a
-- /w/a/a.go --
package a

import _ "b.x/b/p"
-- /w/b/go.mod --
module b.x/b
-- /w/b/p/p.go --
package p
-- /w/c/go.mod --
module c.x/c
-- /w/c/c.go --
package c

import _ "b.x/b/p"
"#,
    );
    let workspace = load_in(&system, "/w/a", &["./..."]);
    assert_eq!(show(&workspace), ["b.x/b/p [p.go]", "*a.x/a [a.go] b.x/b/p"]);
    assert_eq!(problems(&workspace), ["/w/go.work:5: ./gone has no go.mod"]);
    // The directory of the workspace is no module; its modules are meant.
    assert_eq!(load_in(&system, "/w", &["./..."]).roots.len(), 2);
    let workspace = load_in(&system, "/w/c", &["./..."]);
    assert_eq!(show(&workspace), ["*c.x/c [c.go] b.x/b/p?"]);
    assert_eq!(
        problems(&workspace)[1],
        "/w/c/go.mod: /w/go.work does not use this module; it is loaded alone"
    );
    system.set_env("GOWORK", "off");
    assert_eq!(show(&load_in(&system, "/w/a", &["./..."])), ["*a.x/a [a.go] b.x/b/p?"]);
}
