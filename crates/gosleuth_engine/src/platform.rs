//! Which build tags hold: operating systems, processors, releases, experiments.
//!
//! The lists are those of the documentation of `go/build` and `go tool dist list`; names beyond them (`nacl`, `hurd`, …) are reserved
//! there so that files with such names keep meaning the same.

use std::path::Path;

use gosleuth_syntax::GoVersion;
use rustc_hash::FxHashSet;

use crate::system::System;

/// Operating systems a file name or tag can mean.
const SYSTEMS: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "wasip1",
    "windows",
    "zos",
];

/// Those for which the tag `unix` holds.
const UNIX: &[&str] = &[
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "linux",
    "netbsd",
    "openbsd",
    "solaris",
];

/// Processors a file name or tag can mean.
const PROCESSORS: &[&str] = &[
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "arm64",
    "arm64be",
    "armbe",
    "loong64",
    "mips",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "mipsle",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

/// Where cgo works, besides what it needs installed.
const CGO: &[(&str, &[&str])] = &[
    ("aix", &["ppc64"]),
    ("android", &["386", "amd64", "arm", "arm64"]),
    ("darwin", &["amd64", "arm64"]),
    ("dragonfly", &["amd64"]),
    ("freebsd", &["386", "amd64", "arm", "arm64", "riscv64"]),
    ("illumos", &["amd64"]),
    ("ios", &["amd64", "arm64"]),
    (
        "linux",
        &[
            "386", "amd64", "arm", "arm64", "loong64", "mips", "mips64", "mips64le", "mipsle", "ppc64le", "riscv64",
            "s390x", "sparc64",
        ],
    ),
    ("netbsd", &["386", "amd64", "arm", "arm64"]),
    (
        "openbsd",
        &["386", "amd64", "arm", "arm64", "mips64", "ppc64", "riscv64"],
    ),
    ("solaris", &["amd64"]),
    ("windows", &["386", "amd64", "arm64"]),
];

/// Experiments that are on where no Go root says otherwise.
const EXPERIMENTS: &[&str] = &["regabiwrappers", "regabiargs", "dwarf5"];

/// Whether Go knows the operating system.
pub(crate) fn is_system(name: &str) -> bool {
    SYSTEMS.contains(&name)
}

/// Whether Go knows the processor.
pub(crate) fn is_processor(name: &str) -> bool {
    PROCESSORS.contains(&name)
}

/// Whether Go can use C on the platform.
pub(crate) fn has_cgo(goos: &str, goarch: &str) -> bool {
    CGO.iter()
        .any(|(system, processors)| *system == goos && processors.contains(&goarch))
}

/// The tags that hold.
#[derive(Clone, Debug)]
pub(crate) struct Tags {
    set: FxHashSet<String>,
    /// `go1.1` to this one hold.
    release: u16,
}

impl Tags {
    /// Tags of a platform; `more` are those of the user and of the toolchain.
    pub(crate) fn new<'a>(
        goos: &str,
        goarch: &str,
        cgo: bool,
        release: GoVersion,
        more: impl Iterator<Item = &'a String>,
    ) -> Self {
        let mut set: FxHashSet<String> = more.cloned().collect();
        set.extend([goos, goarch, "gc"].map(str::to_owned));
        // A file for linux is for android too, and so on.
        let base = match goos {
            "android" => Some("linux"),
            "illumos" => Some("solaris"),
            "ios" => Some("darwin"),
            _ => None,
        };
        set.extend(base.map(str::to_owned));
        if UNIX.contains(&goos) {
            set.insert("unix".to_owned());
        }
        if cgo {
            set.insert("cgo".to_owned());
        }
        if set.contains("goexperiment.boringcrypto") {
            set.insert("boringcrypto".to_owned());
        }
        Self {
            set,
            release: release.minor,
        }
    }

    /// Whether a tag holds.
    pub(crate) fn holds(&self, tag: &str) -> bool {
        if let Some(version) = tag.strip_prefix("go1.")
            && let Ok(minor) = version.parse::<u16>()
            && !version.starts_with(['0', '+'])
        {
            return minor <= self.release;
        }
        self.set.contains(tag)
    }

    /// The part of a file name that keeps the file out, if there is one: `name_GOOS.go`, `name_GOARCH.go`, `name_GOOS_GOARCH.go`, each
    /// also with `_test`.
    pub(crate) fn file_name<'a>(&self, name: &'a str) -> Option<&'a str> {
        let name = name.split('.').next()?;
        // What stands before the first underscore is a name, whatever it is: linux.go is for every system.
        let name = &name[name.find('_')?..];
        let name = name.strip_suffix("_test").unwrap_or(name);
        let (before, last) = name.rsplit_once('_')?;
        if is_processor(last) {
            let system = before.rsplit_once('_').map_or("", |(_, system)| system);
            if is_system(system) && !(self.holds(system) && self.holds(last)) {
                return Some(&name[before.len() - system.len()..]);
            }
        }
        ((is_system(last) || is_processor(last)) && !self.holds(last)).then_some(last)
    }
}

/// The tags that a toolchain sets by itself for a processor and its settings: `amd64.v1`, `goexperiment.dwarf5`.
pub(crate) fn tool_tags(
    system: &dyn System,
    goroot: Option<&Path>,
    (goos, goarch): (&str, &str),
    env: &dyn Fn(&str) -> Option<String>,
) -> Vec<String> {
    let mut tags: Vec<String> = experiments(system, goroot, goos, goarch, env("GOEXPERIMENT").as_deref())
        .into_iter()
        .map(|name| format!("goexperiment.{name}"))
        .collect();
    tags.extend(level_tags(goarch, env));
    tags
}

/// The experiments that are on: those of the toolchain, changed by `GOEXPERIMENT`.
fn experiments(
    system: &dyn System,
    goroot: Option<&Path>,
    goos: &str,
    goarch: &str,
    changes: Option<&str>,
) -> Vec<String> {
    let source = goroot
        .and_then(|root| system.read(&root.join("src/internal/buildcfg/exp.go"), 1 << 20).ok())
        .map(|text| String::from_utf8_lossy(&text).into_owned());
    let mut on = match &source {
        Some(source) => baseline(source, goos, goarch),
        None => EXPERIMENTS.iter().map(|name| (*name).to_owned()).collect(),
    };
    for change in changes
        .unwrap_or_default()
        .split(',')
        .filter(|change| !change.is_empty())
    {
        match change.strip_prefix("no") {
            _ if change == "none" => on.clear(),
            Some(name) if on.iter().any(|other| other == name) => on.retain(|other| other != name),
            // An experiment whose own name starts with `no` is one that is not on yet.
            _ if !on.iter().any(|other| other == change) => on.push(change.to_owned()),
            _ => {}
        }
    }
    on
}

/// The experiments that the source of a toolchain turns on: the fields of a literal, one on each line.
fn baseline(source: &str, goos: &str, goarch: &str) -> Vec<String> {
    let fields = source
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("baseline := "))
        .skip(1)
        .take_while(|line| line.trim() != "}");
    fields
        .filter_map(|line| line.trim().trim_end_matches(',').split_once(':'))
        .filter(|(_, value)| match value.trim() {
            "false" => false,
            "regabiSupported" => regabi(source, goarch),
            "dwarf5Supported" => !matches!(goos, "darwin" | "ios" | "aix"),
            "haveXchg8" => matches!(goarch, "386" | "amd64" | "arm" | "arm64" | "ppc64" | "ppc64le"),
            _ => true,
        })
        .map(|(name, _)| name.trim().to_ascii_lowercase())
        .collect()
}

/// Whether a case of the source turns register arguments on for the processor.
fn regabi(source: &str, goarch: &str) -> bool {
    let quoted = format!("\"{goarch}\"");
    source.split("case ").any(|case| {
        case.split(':').next().is_some_and(|list| list.contains(&quoted)) && case.contains("regabiSupported = true")
    })
}

/// Tags for the level of a processor, from the variables of the same name.
fn level_tags(goarch: &str, env: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
    let setting = |name: &str, default: &str| {
        env(name)
            .filter(|value| !value.is_empty())
            .unwrap_or_else(|| default.to_owned())
    };
    let upto = |from: u32, to: Option<u32>, name: &dyn Fn(u32) -> String| -> Vec<String> {
        (from..=to.unwrap_or(from).min(from + 20)).map(name).collect()
    };
    let tags = match goarch {
        "386" => vec![setting("GO386", "sse2")],
        "amd64" => {
            let level = setting("GOAMD64", "v1").trim_start_matches('v').parse().ok();
            upto(1, level, &|n| format!("v{n}"))
        }
        "arm" => {
            let level = setting("GOARM", "7");
            let level = level.split(',').next().and_then(|level| level.parse().ok());
            upto(5, level, &|n| n.to_string())
        }
        "arm64" => {
            let level = setting("GOARM64", "v8.0");
            let level = level.split(',').next().unwrap_or_default().trim_start_matches('v');
            let (major, minor) = level.split_once('.').unwrap_or(("8", "0"));
            let minor: Option<u32> = minor.parse().ok();
            let mut tags = upto(0, minor, &|n| format!("v{major}.{n}"));
            if major == "9" {
                // Armv9.n includes Armv8.(n+5).
                tags.extend(upto(0, minor.map(|minor| (minor + 5).min(9)), &|n| format!("v8.{n}")));
            }
            tags
        }
        "mips" | "mipsle" => vec![setting("GOMIPS", "hardfloat")],
        "mips64" | "mips64le" => vec![setting("GOMIPS64", "hardfloat")],
        "ppc64" | "ppc64le" => {
            let level = setting("GOPPC64", "power8").trim_start_matches("power").parse().ok();
            upto(8, level, &|n| format!("power{n}"))
        }
        "riscv64" => {
            let level: u32 = setting("GORISCV64", "rva20u64")
                .get(3..5)
                .and_then(|level| level.parse().ok())
                .unwrap_or(20);
            let levels = [20, 22, 23].into_iter().filter(|&known| known == 20 || known <= level);
            levels.map(|level| format!("rva{level}u64")).collect()
        }
        "wasm" => vec!["satconv".to_owned(), "signext".to_owned()],
        _ => Vec::new(),
    };
    tags.into_iter().map(|tag| format!("{goarch}.{tag}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::MemorySystem;

    fn tags(goos: &str, goarch: &str) -> Tags {
        Tags::new(goos, goarch, true, GoVersion::language(22), ["mine".to_owned()].iter())
    }

    #[test]
    fn tags_that_hold() {
        let linux = tags("linux", "amd64");
        for tag in ["linux", "amd64", "unix", "cgo", "gc", "mine", "go1.1", "go1.22"] {
            assert!(linux.holds(tag), "{tag}");
        }
        for tag in [
            "windows", "gccgo", "go1.23", "go1.022", "go1.+2", "go1", "ignore", "go1.22.1",
        ] {
            assert!(!linux.holds(tag), "{tag}");
        }
        assert!(tags("android", "arm64").holds("linux"));
        assert!(!tags("windows", "amd64").holds("unix"));
    }

    #[test]
    fn names_of_files() {
        let linux = tags("linux", "amd64");
        for name in [
            "a.go",
            "linux.go",
            "windows.go",
            "a_linux.go",
            "a_amd64.go",
            "a_linux_amd64.go",
            "a_unix.go",
            "a_test.go",
            "a_linux_test.go",
            "windows_x.go",
            "amd64_linux.go",
            "a_windows.x_linux.go.bak",
        ] {
            let expected = name.starts_with("a_windows").then_some("windows");
            assert_eq!(linux.file_name(name), expected, "{name}");
        }
        for (name, part) in [
            ("a_windows.go", "windows"),
            ("a_arm64.go", "arm64"),
            ("a_windows_amd64.go", "windows_amd64"),
            ("a_linux_arm64_test.go", "linux_arm64"),
            ("x_windows_test.go", "windows"),
            ("_windows.go", "windows"),
            // Only the last two parts count, and a system before a name is none.
            ("a_amd64_windows.go", "windows"),
        ] {
            assert_eq!(linux.file_name(name), Some(part), "{name}");
        }
        assert_eq!(tags("android", "arm64").file_name("a_linux_arm64.go"), None);
    }

    #[test]
    fn experiments_from_the_go_root() {
        let mut system = MemorySystem::new();
        system.file(
            "/go/src/internal/buildcfg/exp.go",
            "switch goarch {\ncase \"amd64\", \"arm64\":\n\tregabiSupported = true\ncase \"loong64\":\n\tregabiSupported = true\n}\n\
             baseline := goexperiment.Flags{\n\tRegabiArgs: regabiSupported,\n\tDwarf5: dwarf5Supported,\n\tJSONv2: true,\n\tNew: false,\n}\nOther: true,\n",
        );
        let find = |goos: &str, goarch: &str, changes: Option<&str>| {
            experiments(&system, Some(Path::new("/go")), goos, goarch, changes).join(" ")
        };
        assert_eq!(find("linux", "amd64", None), "regabiargs dwarf5 jsonv2");
        assert_eq!(find("darwin", "loong64", None), "regabiargs jsonv2");
        assert_eq!(find("linux", "386", Some("nojsonv2,arenas")), "dwarf5 arenas");
        assert_eq!(find("linux", "386", Some("none,arenas")), "arenas");
    }

    #[test]
    fn levels_of_processors() {
        let level = |goarch: &str, value: Option<&str>| level_tags(goarch, &|_| value.map(str::to_owned)).join(" ");
        assert_eq!(level("amd64", None), "amd64.v1");
        assert_eq!(level("amd64", Some("v3")), "amd64.v1 amd64.v2 amd64.v3");
        assert_eq!(
            level("arm64", Some("v9.0,lse")),
            "arm64.v9.0 arm64.v8.0 arm64.v8.1 arm64.v8.2 arm64.v8.3 arm64.v8.4 arm64.v8.5"
        );
        assert_eq!(level("arm", Some("6,softfloat")), "arm.5 arm.6");
        assert_eq!(level("riscv64", Some("rva22u64")), "riscv64.rva20u64 riscv64.rva22u64");
        assert_eq!(level("amd64", Some("v99999999")).split(' ').count(), 21);
        assert_eq!(level("s390x", None), "");
    }
}
