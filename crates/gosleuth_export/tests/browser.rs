//! The page with the timeline, in a browser.

#![expect(clippy::unwrap_used, reason = "a test that meets the unexpected may stop at once")]
#![expect(clippy::print_stderr, reason = "a test that cannot look says so")]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gosleuth_base::Interner;
use gosleuth_evidence::StackTable;
use gosleuth_evidence::trace::{WalkOptions, walk};
use gosleuth_export::{Timeline, TimelineOptions};
use gosleuth_testkit::recordings::traces;

/// The page of a recorded trace.
fn page() -> String {
    let (_, packed) = traces()
        .into_iter()
        .find(|(name, _)| name.starts_with("go1.27-slow"))
        .expect("a recorded trace");
    let (mut strings, mut stacks) = (Interner::new(), StackTable::default());
    let mut timeline = Timeline::new(&TimelineOptions::default());
    let mut bytes = packed.as_slice();
    let options = WalkOptions::default();
    let outcome = walk(
        "slow.trace",
        &mut bytes,
        &mut strings,
        &mut stacks,
        &options,
        &mut timeline,
    );
    let mut out = Vec::new();
    timeline
        .write("slow.trace", &outcome, &strings, &stacks, &mut out)
        .unwrap();
    String::from_utf8(out).unwrap()
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

impl Drop for Scratch {
    fn drop(&mut self) {
        // A browser that is still closing may hold files; the system cleans what is left.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The document after its scripts have run, and what the browser wrote to its log.
fn run(browser: &Path, page: &str, scratch: &Path) -> (String, String) {
    let file = scratch.join("timeline.html");
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
            "--virtual-time-budget=20000",
            "--dump-dom",
        ])
        .arg("--window-size=1200,900")
        .arg(format!("--user-data-dir={}", scratch.join("profile").display()))
        .arg(format!("file://{}", file.display()))
        .stdin(Stdio::null())
        .stdout(std::fs::File::create(&dom).unwrap())
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_secs(180);
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

/// What a person does with the keyboard, done by a script in a copy of the page that allows one more script.
#[test]
fn lanes_are_drawn_opened_searched_and_told_of() {
    let Some(browser) = browser() else { return };
    let scratch = Scratch(std::env::temp_dir().join(format!("gosleuth-timeline-{}", std::process::id())));
    std::fs::create_dir_all(&scratch.0).unwrap();
    let page = page();
    let policy = page.find("<meta http-equiv").unwrap();
    let end = policy + page[policy..].find('\n').unwrap();
    let steps = r##"<script>
        const pause = (time) => new Promise((done) => setTimeout(done, time));
        const lanes = document.getElementById("lanes"), panel = document.getElementById("panel"), search = document.getElementById("search");
        const key = (name) => lanes.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
        // How many different colours the lanes have.
        const colours = () => {
            const { data } = lanes.getContext("2d").getImageData(240, 30, lanes.width - 250, lanes.height - 40);
            const seen = new Set();
            for (let i = 0; i < data.length; i += 4) seen.add(data[i] << 16 | data[i + 1] << 8 | data[i + 2]);
            return seen.size;
        };
        const range = () => document.getElementById("range").textContent;
        const found = {};
        (async () => {
            while (document.documentElement.dataset.ready !== "true") await pause(50);
            await pause(500);
            found.painted = colours() > 3;
            found.whole = range();
            key("ArrowDown"); key("Enter");
            await pause(500);
            found.site = panel.querySelector("h3").textContent;
            key("ArrowDown"); key("Enter");
            await pause(500);
            found.goroutine = panel.querySelector("h3").textContent;
            found.where = [...panel.querySelectorAll("summary")].some((node) => node.textContent === "main.main main.go:154");
            found.stacks = panel.querySelectorAll("ol.stack li").length > 10;
            found.tree = [...panel.querySelectorAll("ul ul button, ul button")].length > 10;
            key("+"); key("+"); key("ArrowRight");
            await pause(500);
            found.zoomed = range() !== found.whole;
            key("Escape");
            found.closed = panel.hidden;
            search.value = "consume";
            search.dispatchEvent(new Event("input"));
            found.search = document.querySelectorAll("#found button").length;
            document.querySelector("#found button").click();
            await pause(300);
            found.picked = panel.querySelector("h3 span").textContent;
            const mode = document.getElementById("mode");
            mode.value = "procs";
            mode.dispatchEvent(new Event("change"));
            key("0");
            await pause(500);
            found.procs = colours() > 3;
            document.getElementById("theme").click();
            found.theme = document.documentElement.dataset.theme;
            document.body.append(Object.assign(document.createElement("pre"), { id: "found-all", textContent: JSON.stringify(found) }));
        })();
    </script></body>"##;
    // A browser that only dumps the document draws no frames.
    let frames = "<script>window.requestAnimationFrame = (draw) => setTimeout(draw, 16);</script>";
    let page = format!("{}{frames}{}", &page[..policy], &page[end..]).replace("</body>", steps);
    let (dom, log) = run(&browser, &page, &scratch.0);
    let mark = "<pre id=\"found-all\">";
    let start = dom.find(mark).unwrap_or_else(|| panic!("{log}")) + mark.len();
    let found: serde_json::Value = serde_json::from_str(&dom[start..start + dom[start..].find('<').unwrap()]).unwrap();
    let expected = serde_json::json!({
        "painted": true, "whole": "0 ns … 2.497 s (2.497 s)", "site": "main.main (older)×", "goroutine": "G1 main.main×", "where": true,
        "stacks": true, "tree": true, "zoomed": true, "closed": true, "search": 1, "picked": "main.consume from main.main main.go:151",
        "procs": true, "theme": "dark",
    });
    assert_eq!(found, expected, "{log}");
}

#[test]
fn the_policy_of_the_page_allows_its_own_script() {
    let Some(browser) = browser() else { return };
    let scratch = Scratch(std::env::temp_dir().join(format!("gosleuth-timeline-policy-{}", std::process::id())));
    std::fs::create_dir_all(&scratch.0).unwrap();
    let (dom, log) = run(&browser, &page(), &scratch.0);
    assert!(dom.contains("data-ready=\"true\""), "{log}");
    assert!(!log.contains("CONSOLE"), "{log}");
}
