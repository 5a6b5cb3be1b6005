use gosleuth_types::{Caches, Qualify, Query, TypeFlags};

use super::*;

/// The type of a package-level name, of a linux/amd64 program.
fn type_of(stdlib: &Stdlib, world: &World, path: &str, name: &str) -> String {
    let pkg = stdlib.package(world, path).expect("the package is in the summary");
    let package = world.package(pkg);
    let caches = Caches::default();
    let query = Query {
        world,
        pkg,
        own: &package.tables,
        caches: &caches,
    };
    let Some(&index) = package.tables.scope.get(&world.name(name)) else {
        return "nothing".to_owned();
    };
    let ty = package.tables.objects[index as usize].ty.unwrap();
    query.display(ty, Qualify::Path).to_string()
}

#[test]
fn every_package_can_be_made() {
    for (goos, goarch) in [
        ("linux", "amd64"),
        ("windows", "arm64"),
        ("darwin", "arm64"),
        ("plan9", "386"),
    ] {
        let stdlib = Stdlib::embedded(goos, goarch);
        let world = World::new();
        let paths = stdlib.paths();
        assert!(paths.len() > 150, "{}", paths.len());
        for path in paths {
            let pkg = stdlib.package(&world, path).unwrap();
            assert!(world.is_finished(pkg), "{path}");
            let exported = world
                .package(pkg)
                .tables
                .scope
                .iter()
                .filter(|(name, _)| name.is_exported());
            for (&name, &index) in exported {
                let ty = world.package(pkg).tables.objects[index as usize].ty.unwrap();
                let builtin = path == "unsafe" || world.text(name) == "_";
                assert!(
                    builtin || !world.types.flags(ty).has(TypeFlags::UNKNOWN),
                    "{path}.{}",
                    world.text(name)
                );
            }
        }
    }
}

#[test]
fn types_are_those_of_go() {
    let stdlib = Stdlib::embedded("linux", "amd64");
    let world = World::new();
    let ty = |path, name| type_of(&stdlib, &world, path, name);
    assert_eq!(ty("fmt", "Fprintf"), "func(io.Writer, string, ...any) (int, error)");
    assert_eq!(ty("slices", "Sort"), "func[S ~[]E, E cmp.Ordered](S)");
    assert_eq!(ty("os", "Stdin"), "*os.File");
    assert_eq!(ty("context", "Background"), "func() context.Context");
    assert_eq!(ty("math", "Pi"), "untyped float");
    assert_eq!(ty("errors", "secret"), "nothing");
    assert!(stdlib.package(&world, "no/such/package").is_none());
    assert!(stdlib.has("net/http") && !stdlib.has("internal/abi"));
}

#[test]
fn targets_differ() {
    let of = |goos, name| type_of(&Stdlib::embedded(goos, "amd64"), &World::new(), "syscall", name);
    assert_eq!(
        of("linux", "EpollWait"),
        "func(int, []syscall.EpollEvent, int) (int, error)"
    );
    assert_eq!(of("windows", "EpollWait"), "nothing");
    assert_eq!(of("windows", "LoadDLL"), "func(string) (*syscall.DLL, error)");
}

#[test]
fn names_have_a_version() {
    let stdlib = Stdlib::embedded("linux", "amd64");
    assert_eq!(stdlib.since("fmt", "Println"), Some(0));
    assert_eq!(stdlib.since("slices", "Sort"), Some(21));
    assert_eq!(stdlib.since("sync", "WaitGroup.Go"), Some(25));
    assert_eq!(stdlib.since("net/http", "Server.BaseContext"), Some(13));
    assert_eq!(stdlib.since("fmt", "Nothing"), None);
}
