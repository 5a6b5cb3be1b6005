//! With real Go programs, where there is a Go toolchain. Where `CI` is set there has to be one.

use std::collections::BTreeMap;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use gosleuth::Exit;
use serde_json::Value;

use crate::{Scratch, root, run, run_with};

pub(crate) fn has_go() -> bool {
    let found = Command::new("go")
        .arg("version")
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "the CI has to have Go");
    found
}

fn build(directory: &Path, package: &str, scratch: &Scratch, name: &str) -> PathBuf {
    let binary = scratch.path().join(name);
    let output = Command::new("go")
        .args(["build", "-o"])
        .arg(&binary)
        .arg(package)
        .current_dir(directory)
        .env("GOTOOLCHAIN", "local")
        .env("GOFLAGS", "-mod=mod -buildvcs=false")
        .output()
        .expect("go starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    binary
}

/// Ends the program with the test.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .to_string()
}

/// The order service under a little load, and where its profiles are.
fn orders(scratch: &Scratch) -> (Program, String) {
    let binary = build(&root().join("testdata/orders"), ".", scratch, "orders");
    let debug = free_port();
    let child = Command::new(binary)
        .args([
            "-listen",
            &free_port(),
            "-debug",
            &debug,
            "-provider",
            &free_port(),
            "-load",
            "1",
        ])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it was just built");
    let program = Program(child);
    let start = Instant::now();
    while TcpStream::connect(&debug).is_err() {
        assert!(
            start.elapsed() < Duration::from_secs(30),
            "the service does not come up"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    (program, format!("http://{debug}"))
}

#[test]
fn a_running_service_is_captured() {
    if !has_go() {
        return;
    }
    let scratch = Scratch::new("go-capture");
    let (_program, url) = orders(&scratch);
    let words = [
        "capture",
        "--every",
        "1s",
        "--trace",
        "300ms",
        "--on",
        "goroutines>10",
        "-o",
        "now.case",
        &url,
    ];
    let taken = run_with(&words, b"", scratch.path());
    assert_eq!(taken.exit, Exit::Clean, "{taken:?}");
    let back = run_with(&["inspect", "--format", "json", "now.case"], b"", scratch.path());
    assert!(matches!(back.exit, Exit::Clean | Exit::Found), "{back:?}");
    let json = back.json();
    for part in ["goroutines.txt", "stacks.txt", "heap.txt", "vars.json"] {
        for round in ["001", "002"] {
            let name = format!("/{round}-{part}");
            let input = json["inputs"]
                .as_array()
                .expect("inputs")
                .iter()
                .find(|input| input["name"].as_str().is_some_and(|text| text.ends_with(&name)));
            let forms = input.and_then(|input| input["forms"].as_array()).map_or(0, Vec::len);
            assert!(forms > 0, "{name}: {}", json["inputs"]);
        }
    }
    assert!(json["stats"]["goroutines"].as_u64() > Some(20), "{}", json["stats"]);
    let problems = json["problems"].to_string();
    assert!(
        !problems.contains("checksum") && !problems.contains("unreadable"),
        "{problems}"
    );
    // Any other program reads the file as well.
    let listed = Command::new("tar")
        .args(["--zstd", "-tf", "now.case"])
        .current_dir(scratch.path())
        .output();
    if let Ok(listed) = listed
        && listed.status.success()
    {
        let names = String::from_utf8_lossy(&listed.stdout).into_owned();
        assert!(
            names.starts_with("manifest.json\n") && names.contains("001-trace.trace"),
            "{names}"
        );
    }
}

#[test]
fn a_running_service_is_asked() {
    if !has_go() {
        return;
    }
    let scratch = Scratch::new("go-live");
    let (_program, url) = orders(&scratch);
    let run = run(&["inspect", "--format", "json", "--count", "2", "--interval", "2s", &url]);
    assert!(matches!(run.exit, Exit::Clean | Exit::Found), "{run:?}");
    let json = run.json();
    let inputs = json["inputs"].as_array().expect("inputs");
    for page in ["goroutine?debug=1", "goroutine?debug=2", "debug/vars"] {
        let given = inputs
            .iter()
            .filter(|input| input["name"].as_str().is_some_and(|name| name.contains(page)));
        assert_eq!(given.count(), 2, "{page}: {}", run.err);
    }
    assert!(json["stats"]["goroutines"].as_u64() > Some(20), "{}", json["stats"]);
    let unreadable = json["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .any(|problem| problem["kind"] == "unreadable");
    assert!(!unreadable, "{}", json["problems"]);
}

#[test]
fn a_program_is_run_and_its_death_explained() {
    if !has_go() {
        return;
    }
    let scratch = Scratch::new("go-exec");
    scratch.write("go.mod", "module example.test/app\n\ngo 1.15\n");
    scratch.write(
        "main.go",
        "package main\n\nimport (\n\t\"os\"\n\t\"sync\"\n)\n\nfunc stuck(mu *sync.Mutex) {\n\tmu.Lock()\n}\n\n\
         func main() {\n\tif len(os.Args) > 1 {\n\t\tgo func() {\n\t\t\tfor {\n\t\t\t}\n\t\t}()\n\t}\n\
         \tvar mu sync.Mutex\n\tmu.Lock()\n\tstuck(&mu)\n}\n",
    );
    let binary = build(scratch.path(), ".", &scratch, "app").display().to_string();
    let died = run(&["inspect", "--format", "json", "--exec", "--", &binary]);
    assert_eq!(died.exit, Exit::Found, "{died:?}");
    let suspect = &died.json()["suspects"][0];
    assert_eq!(
        (&suspect["kind"], &suspect["verdict"]),
        (&"deadlock".into(), &"proved".into()),
        "{suspect}"
    );

    let hung = run(&[
        "inspect",
        "--format",
        "json",
        "--timeout",
        "500ms",
        "--exec",
        "--",
        &binary,
        "spin",
    ]);
    let json = hung.json();
    assert!(
        json["stats"]["goroutines"].as_u64() >= Some(2),
        "the dump came: {}",
        hung.err
    );
    assert!(json["groups"].to_string().contains("main.stuck"), "{}", json["groups"]);
}

/// The small sibling of `cargo xtask conformance list`.
#[test]
fn list_has_the_packages_and_files_of_go_list() {
    if !has_go() {
        return;
    }
    for (module, patterns) in [
        ("files", "./..."),
        ("work", "example.com/..."),
        ("vendored", "./..."),
        ("replaced", "all"),
    ] {
        let directory = root().join("testdata/modules").join(module);
        let output = Command::new("go")
            .args([
                "list",
                "-deps",
                "-json=ImportPath,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,Imports,DepOnly",
                patterns,
            ])
            .current_dir(&directory)
            .output()
            .expect("go starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let strings = |value: &Value, names: &[&str]| -> Vec<String> {
            let lists = names
                .iter()
                .flat_map(|name| value[*name].as_array().into_iter().flatten());
            let mut strings: Vec<String> = lists.filter_map(|text| Some(text.as_str()?.to_owned())).collect();
            strings.sort();
            strings
        };
        let all: Vec<Value> = serde_json::Deserializer::from_slice(&output.stdout)
            .into_iter()
            .collect::<Result<_, _>>()
            .expect("JSON");
        let expected: BTreeMap<String, (Vec<String>, Vec<String>)> = all
            .iter()
            .map(|package| {
                let files = strings(package, &["GoFiles", "CgoFiles", "TestGoFiles", "XTestGoFiles"]);
                (
                    package["ImportPath"].as_str().expect("a path").to_owned(),
                    (files, strings(package, &["Imports"])),
                )
            })
            .collect();
        let document = run_with(&["list", "--deps", "--format", "json", patterns], b"", &directory).json();
        let found: BTreeMap<String, (Vec<String>, Vec<String>)> = document["packages"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|package| {
                let names = |field: &str, name: &str| -> Vec<String> {
                    let entries = package[field].as_array().into_iter().flatten();
                    // An import may lead to a copy that the standard library brings along.
                    let text = |entry: &Value| Some(entry["package"].as_str().or(entry[name].as_str())?.to_owned());
                    let mut names: Vec<String> = entries.filter_map(text).collect();
                    names.sort();
                    names
                };
                (
                    package["import_path"].as_str().expect("a path").to_owned(),
                    (names("files", "name"), names("imports", "path")),
                )
            })
            .collect();
        for (path, facts) in &found {
            assert_eq!(expected.get(path), Some(facts), "{module}: {path}");
        }
        // What cgo links with is there for go list only.
        let named = |package: &&Value| package["DepOnly"] != true;
        assert!(
            all.iter()
                .filter(named)
                .all(|package| found.contains_key(package["ImportPath"].as_str().expect("a path")))
        );
    }
}
