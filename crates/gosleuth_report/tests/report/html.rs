//! The page, as text and in a browser.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gosleuth_case::CaseFile;
use gosleuth_evidence::EvidenceSet;
use gosleuth_report::{Format, RenderOptions, write};

use crate::support;

fn html(made: &(EvidenceSet, CaseFile)) -> String {
    let options = RenderOptions {
        generated_at: Some("2025-11-20T10:00:00Z".to_owned()),
        version: "0.0.0".to_owned(),
        ..RenderOptions::default()
    };
    let mut out = Vec::new();
    write(Format::Html, &made.0, &made.1, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The page without its script, whose constant for the SVG name space looks like an address.
fn markup(page: &str) -> &str {
    &page[..page.rfind("<script>").unwrap()]
}

#[test]
fn the_page_loads_nothing() {
    let page = html(&support::everything());
    let markup = markup(&page);
    for reference in [
        "src=", "@import", "url(", "<link", "<iframe", "<img", "<object", "<base", "http://", "https://",
    ] {
        assert!(!markup.contains(reference), "{reference}");
    }
    let script = &page[markup.len()..];
    assert_eq!(script.matches("http").count(), 1, "only the name space of SVG");
    for call in [
        "fetch(",
        "XMLHttpRequest",
        "import(",
        "WebSocket",
        "innerHTML",
        "eval(",
        "document.write",
    ] {
        assert!(!script.contains(call), "{call}");
    }
    assert!(markup.contains("default-src 'none'"));
    assert!(!markup.contains("unsafe-inline"));
}

#[test]
fn what_is_known_is_there_without_scripts() {
    let page = html(&support::everything());
    for needed in [
        "<h1>1,204 goroutines are stuck sending",
        "corroborated — two independent kinds",
        "1,204 of 1,332 goroutines",
        "service.go:42",
        "runtime error: invalid memory address",
        "previous read by the main goroutine",
        "each holds what the other waits for",
    ] {
        assert!(page.contains(needed), "{needed}");
    }
}

#[test]
fn evidence_cannot_end_the_script_or_open_an_element() {
    let (set, mut case) = support::everything();
    let evil = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\u{2028}\"'&<!--";
    case.groups[0].key = evil.to_owned();
    case.headline.text = evil.to_owned();
    case.suspects[0].why = evil.to_owned();
    let page = html(&(set, case));
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script>").count(), 2);
    assert!(!page.contains("<img"));
    assert!(!page.contains("<!--"));
}

#[test]
fn a_hundred_thousand_groups_become_two_thousand() {
    let (set, mut case) = support::everything();
    let row = case.groups[2].clone();
    case.groups.resize(100_000, row);
    let page = html(&(set, case));
    assert!(page.contains("98,003 groups"), "says how many are left out");
    assert!(page.len() < 4 << 20, "{} bytes", page.len());
}

/// The browser to look with. Where there is none the test says so, except in CI, where a missing browser is a failure.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |directory| directory.join(name)))
        .find(|file| file.is_file());
    if found.is_none() {
        assert_ne!(
            std::env::var("CI").as_deref(),
            Ok("true"),
            "CI needs Chromium for this test"
        );
        eprintln!("skipped: no Chromium on the path");
    }
    found
}

/// A directory of this test that is gone when the test ends.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("gosleuth-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A browser that is still closing may hold files; the system cleans what is left.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The document after its scripts have run, and what the browser wrote to its log.
fn run(browser: &Path, page: &str, scratch: &Path) -> (String, String) {
    let file = scratch.join("report.html");
    let (dom, log) = (scratch.join("dom.html"), scratch.join("log.txt"));
    std::fs::write(&file, page).unwrap();
    let mut child = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
        ])
        .args([
            "--enable-logging=stderr",
            "--log-level=0",
            "--virtual-time-budget=5000",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", scratch.join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&dom).unwrap())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(120);
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            child.kill().unwrap();
            panic!("the browser did not end: {}", std::fs::read_to_string(&log).unwrap());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    let read = |path| String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    (read(&dom), read(&log))
}

#[test]
fn the_script_builds_the_table_and_the_pictures() {
    let Some(browser) = browser() else { return };
    let scratch = Scratch::new("page");
    let (dom, log) = run(&browser, &html(&support::everything()), &scratch.0);
    let console: Vec<&str> = log.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(console.is_empty(), "{console:?}");
    assert!(dom.contains("data-ready=\"true\""), "the script ran to its end");
    assert_eq!(dom.matches("<tr class=\"group\">").count(), 4, "one row per group");
    assert!(dom.matches("role=\"treeitem\"").count() >= 10, "frames in the icicle");
    assert!(dom.contains("aria-label=\"Goroutines over time\""), "the growth chart");
    assert!(dom.contains("aria-label=\"Cycle of 2\""), "the ring of the cycle");
    assert!(
        dom.contains("4 of 4 groups, 1,332 goroutines"),
        "the count beside the search"
    );
    assert!(dom.contains("class=\"channel\""), "colours by state");
}

#[test]
fn hostile_names_stay_text_in_the_browser() {
    let Some(browser) = browser() else { return };
    let scratch = Scratch::new("hostile");
    let (set, mut case) = support::everything();
    let evil = "</script><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">\u{202e}";
    case.groups[0].key = evil.to_owned();
    case.suspects[0].headline = evil.to_owned();
    case.waits.cycles[0].members[0] = evil.to_owned();
    let (dom, log) = run(&browser, &html(&(set, case)), &scratch.0);
    assert!(!log.contains("CONSOLE"), "{log}");
    assert!(dom.contains("data-ready=\"true\""));
    assert!(!dom.contains("<title>owned"));
    assert!(!dom.contains("<img"));
    assert!(!dom.contains('\u{202e}'));
}

/// What a person does with the keyboard and the mouse, done by a script in a copy of the page that allows one more script.
#[test]
fn the_page_answers_search_sort_zoom_and_keys() {
    let Some(browser) = browser() else { return };
    let scratch = Scratch::new("keys");
    let page = html(&support::everything());
    let policy = page.find("<meta http-equiv").unwrap();
    let end = policy + page[policy..].find('\n').unwrap();
    let steps = r#"<script>
        const found = {};
        const key = (node, name) => node.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
        const rows = () => [...document.querySelectorAll("tr.group")];
        const tree = () => [...document.querySelectorAll("[role=treeitem]")];
        document.querySelector(".expand").click();
        found.stack = document.querySelectorAll("tr.detail:not([hidden]) li").length;
        document.querySelector(".expand").click();
        found.folded = document.querySelectorAll("tr.detail:not([hidden]) li").length;
        key(document.body, "/");
        const search = document.activeElement;
        search.value = "retry.do chan";
        search.dispatchEvent(new Event("input"));
        found.rows = rows().length;
        found.dimmed = tree().filter((node) => node.classList.contains("dim")).length > 0;
        search.value = "";
        search.dispatchEvent(new Event("input"));
        document.querySelectorAll("th button")[0].click();
        found.first = rows()[0].cells[1].textContent;
        document.getElementById("known").click();
        found.unknown = rows().length;
        const before = tree().length;
        tree()[0].focus();
        key(document.activeElement, "ArrowDown");
        found.level = document.activeElement.getAttribute("aria-level");
        key(document.activeElement, "ArrowRight");
        found.sibling = document.activeElement.getAttribute("aria-label").split(",")[0];
        key(document.activeElement, "Enter");
        found.zoomed = tree().length < before;
        found.crumbs = document.querySelectorAll(".crumbs button").length;
        key(document.activeElement, "Escape");
        found.back = tree().length === before;
        document.getElementById("theme").click();
        found.theme = document.documentElement.dataset.theme;
        document.body.append(Object.assign(document.createElement("pre"), { id: "found", textContent: JSON.stringify(found) }));
    </script></body>"#;
    let page = format!("{}{}", &page[..policy], &page[end..]).replace("</body>", steps);
    let (dom, log) = run(&browser, &page, &scratch.0);
    let start = dom.find("<pre id=\"found\">").unwrap_or_else(|| panic!("{log}")) + "<pre id=\"found\">".len();
    let found: serde_json::Value = serde_json::from_str(&dom[start..start + dom[start..].find('<').unwrap()]).unwrap();
    let expected = serde_json::json!({
        "stack": 5, "folded": 0, "rows": 1, "dimmed": true, "first": "1", "unknown": 3, "level": "2",
        "sibling": "created by net/http.(*Server).Serve", "zoomed": true, "crumbs": 2, "back": true, "theme": "dark",
    });
    assert_eq!(found, expected);
}
