//! JSON documents and JSON lines: expvar, docker, journald, structured logs, `go test -json`. The first byte picks the form.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&pick, rest)) = data.split_first() else { return };
    let text = String::from_utf8_lossy(rest);
    let quoted: String = text.chars().flat_map(char::escape_default).collect();
    let document = match pick % 5 {
        0 => text.into_owned(),
        1 => quoted.split("\\n").map(|line| format!("{{\"log\":\"{line}\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-20T09:27:40Z\"}}\n")).collect(),
        2 => quoted.split("\\n").map(|line| format!("{{\"Time\":\"2026-11-20T09:27:40Z\",\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"T\",\"Output\":\"{line}\\n\"}}\n")).collect(),
        3 => format!("{{\"MESSAGE\":\"{quoted}\",\"_SYSTEMD_UNIT\":\"shop.service\"}}\n"),
        _ => format!("{{\"level\":\"error\",\"msg\":\"panic\",\"stacktrace\":\"{quoted}\"}}\n"),
    };
    gosleuth_fuzz::read_bounded(document.as_bytes());
});
