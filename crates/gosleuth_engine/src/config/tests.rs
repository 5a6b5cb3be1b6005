use super::*;
use crate::system::MemorySystem;

/// A machine with Go 1.26.8, a home directory and a C compiler.
fn machine() -> MemorySystem {
    let mut system = MemorySystem::new();
    system
        .file("/usr/local/go/VERSION", "go1.26.8\ntime 2026-08-28T16:20:06Z\n")
        .file("/usr/local/go/src/runtime/proc.go", "package runtime")
        .file("/usr/local/go/bin/go", "")
        .symlink("/usr/bin/go", "../local/go/bin/go")
        .file("/usr/bin/gcc", "")
        .file("/home/u/m/go.mod", "module m\n\ngo 1.24\n")
        .set_env("HOME", "/home/u")
        .set_env("PATH", "/bin:/usr/bin");
    system
}

fn detect(system: &MemorySystem) -> (Config, Vec<String>) {
    let (config, problems) = Config::detect(system, Path::new("/home/u/m"), &Overrides::default());
    (config, problems.iter().map(ToString::to_string).collect())
}

#[test]
fn what_is_found_without_any_setting() {
    let (config, problems) = detect(&machine());
    assert_eq!(
        (config.goos.as_str(), config.goarch.as_str(), config.cgo),
        ("linux", "amd64", true)
    );
    assert_eq!(config.go_version.to_string(), "1.26.8");
    assert_eq!(config.goroot.as_deref(), Some(Path::new("/usr/local/go")));
    assert_eq!(config.gomodcache.as_deref(), Some(Path::new("/home/u/go/pkg/mod")));
    assert_eq!(config.mod_mode, ModMode::Auto);
    assert!(problems.is_empty(), "{problems:?}");
}

#[test]
fn nothing_of_go_is_installed() {
    let mut system = MemorySystem::new();
    system.file("/home/u/m/go.mod", "module m\n");
    let (config, problems) = detect(&system);
    assert_eq!((config.goroot, config.gomodcache, config.cgo), (None, None, false));
    assert_eq!(config.go_version, NEWEST);
    assert!(problems.is_empty(), "{problems:?}");
    system.file("/home/u/m/go.mod", "module m\ngo 1.40\n");
    assert_eq!(detect(&system).0.go_version.minor, 40);
}

#[test]
fn the_environment_wins_over_the_file_of_go_env() {
    let mut system = machine();
    system.file(
        "/home/u/.config/go/env",
        "GOOS=windows\nGOARCH=arm64\n# GOFLAGS=-mod=mod\n",
    );
    system
        .set_env("GOARCH", "386")
        .set_env("GOFLAGS", "-tags=a,b '-modfile=x y.mod' -mod=vendor");
    let (config, _) = detect(&system);
    assert_eq!((config.goos.as_str(), config.goarch.as_str()), ("windows", "386"));
    assert!(!config.cgo, "another platform than the host");
    assert_eq!(config.tags, ["a", "b"]);
    assert_eq!(config.mod_mode, ModMode::Vendor);
    assert_eq!(config.modfile.as_deref(), Some(Path::new("/home/u/m/x y.mod")));
    system.set_env("GOENV", "off");
    assert_eq!(detect(&system).0.goos, "linux");
}

#[test]
fn cgo_needs_a_compiler() {
    let mut system = machine();
    system.remove("/usr/bin/gcc");
    assert!(!detect(&system).0.cgo);
    system.set_env("CC", "tcc");
    assert!(detect(&system).0.cgo);
    system.set_env("CGO_ENABLED", "0");
    assert!(!detect(&system).0.cgo);
}

#[test]
fn a_newer_toolchain_comes_from_the_module_cache() {
    let mut system = machine();
    system.file("/home/u/m/go.mod", "module m\ngo 1.27.3\n");
    let (config, problems) = detect(&system);
    assert_eq!(config.go_version.to_string(), "1.26.8");
    assert_eq!(
        problems,
        [
            "/home/u/m/go.mod: this asks for Go 1.27.3, and the Go root has 1.26.8: newer parts of the standard library are \
          unknown; `go version` in its directory fetches Go 1.27.3"
        ]
    );
    let cached = "/home/u/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.27.3.linux-amd64";
    system
        .file(format!("{cached}/VERSION"), "go1.27.3")
        .file(format!("{cached}/src/runtime/proc.go"), "");
    let (config, problems) = detect(&system);
    assert_eq!(config.goroot.as_deref(), Some(Path::new(cached)));
    assert!(problems.is_empty(), "{problems:?}");
    system.set_env("GOTOOLCHAIN", "local");
    let (config, problems) = detect(&system);
    assert_eq!(config.go_version.to_string(), "1.26.8");
    assert_eq!(problems.len(), 1);
    // Named in the environment, an older one counts too.
    let older = "/home/u/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.22.1.linux-amd64";
    system
        .file(format!("{older}/VERSION"), "go1.22.1")
        .file(format!("{older}/src/runtime/proc.go"), "");
    system.set_env("GOTOOLCHAIN", "go1.22.1");
    assert_eq!(detect(&system).0.go_version.to_string(), "1.22.1");
}

#[test]
fn the_sources_of_go_are_their_own_go_root() {
    let mut system = machine();
    system
        .file("/home/u/m/go.mod", "module m")
        .file("/home/u/m/go/src/go.mod", "module std\ngo 1.28\n")
        .file("/home/u/m/go/src/cmd/go.mod", "module cmd\ngo 1.28\n")
        .file("/home/u/m/go/src/runtime/proc.go", "")
        .file(
            "/home/u/m/go/src/internal/goversion/goversion.go",
            "package goversion\n\nconst Version = 28\n",
        );
    for dir in ["/home/u/m/go/src/net", "/home/u/m/go/src/cmd/go"] {
        let (config, _) = Config::detect(&system, Path::new(dir), &Overrides::default());
        assert_eq!(config.goroot.as_deref(), Some(Path::new("/home/u/m/go")), "{dir}");
        assert_eq!(config.go_version, GoVersion::language(28));
    }
}

#[test]
fn names_that_go_does_not_know() {
    let overrides = Overrides {
        goos: Some("linus".to_owned()),
        ..Overrides::default()
    };
    let (_, problems) = Config::detect(&machine(), Path::new("/home/u/m"), &overrides);
    assert_eq!(
        problems[0].to_string(),
        "configuration: Go has no operating system called linus"
    );
}

#[test]
fn flags() {
    assert_eq!(split_quoted(" -a  \"-b c\" '-d' "), ["-a", "-b c", "-d"]);
    assert_eq!(split_quoted("\"open"), ["open"]);
    let flags = Flags::read("--tags=x -mod=readonly -v");
    assert_eq!(flags.tags, ["x"]);
    assert_eq!(flags.mod_mode, ModMode::Cache);
}
