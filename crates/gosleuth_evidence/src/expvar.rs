//! `/debug/vars`: the JSON object of package `expvar`, as a document or as a fragment of a log line.
//!
//! The text is collected (with a cap) and walked once without building a tree: `memstats` and `cmdline` are kept, numbers
//! become dotted paths, everything else is skipped. A cut document gives what stands before the cut.

use std::collections::BTreeMap;

use gosleuth_base::ProblemKind;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::form::{Context, Form, Step};
use crate::model::{ExpVars, MemStats, Origin};

/// Longest document.
const MAX_BYTES: usize = 64 << 20;
/// Numbers kept of one document.
const MAX_NUMBERS: usize = 4_096;
/// Documents of one set.
const MAX_DOCUMENTS: usize = 4_096;
/// Nesting of published maps that is followed.
const MAX_DEPTH: usize = 16;

/// A document that starts with this line: `{`, alone or with the first key behind it.
pub(crate) fn start(line: &[u8], cx: &mut Context<'_>) -> Option<Box<dyn Form>> {
    let rest = line.strip_prefix(b"{")?.trim_ascii();
    let whole = !rest.is_empty();
    if whole && !(rest.starts_with(b"\"") && has_memstats(line)) {
        return None;
    }
    let mut document = Document {
        origin: cx.origin(),
        text: Vec::new(),
        depth: 0,
        in_string: false,
        escaped: false,
    };
    // A document of one line is read as a fragment.
    (document.line(line, cx) == Step::Taken).then(|| Box::new(document) as Box<dyn Form>)
}

/// Reads a fragment with `memstats` inside a line. Returns whether there was one.
pub(crate) fn fragment(line: &[u8], cx: &mut Context<'_>) -> bool {
    // The shortest memstats is longer than this, most lines are not.
    if line.len() < 300 || line.len() > MAX_BYTES || !has_memstats(line) {
        return false;
    }
    let Some(open) = memchr::memchr(b'{', line) else {
        return false;
    };
    // What follows the object in the line is an error for the parser.
    let (found, _) = find(&line[open..]);
    if found.memstats.is_none() {
        return false;
    }
    let origin = cx.origin();
    found.write(origin, cx);
    true
}

/// Reads the object at the start of `text`, and `memstats` wherever it stands in it if it is not a key of that object: the
/// document may be a value of a JSON log line, or the text a line `"memstats": {…}` of a document.
fn find(text: &[u8]) -> (Found, Result<(), serde_json::Error>) {
    let mut found = Found::default();
    let result = parse(text, &mut found);
    if found.memstats.is_none() && has_memstats(text) {
        let key = b"\"memstats\":";
        let at = memchr::memmem::find(text, key).map_or(0, |at| at + key.len());
        if let Some(open) = memchr::memchr(b'{', &text[at..]) {
            let mut deserializer = serde_json::Deserializer::from_slice(&text[at + open..]);
            let mut raw = RawMemStats::default();
            let _ = raw.deserialize(&mut deserializer);
            if raw.sys > 0 || raw.heap_alloc > 0 {
                found.memstats = Some(raw.into());
            }
        }
    }
    (found, result)
}

fn has_memstats(line: &[u8]) -> bool {
    memchr::memmem::find(line, b"\"PauseTotalNs\"").is_some()
}

struct Document {
    origin: Origin,
    text: Vec<u8>,
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Form for Document {
    fn line(&mut self, line: &[u8], _: &mut Context<'_>) -> Step {
        if !self.text.is_empty() && !self.in_string && !continues(line) {
            return Step::NotMine;
        }
        if self.text.len() + line.len() >= MAX_BYTES {
            return Step::NotMine;
        }
        for (at, &byte) in line.iter().enumerate() {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_string => self.escaped = true,
                b'"' => self.in_string = !self.in_string,
                b'{' | b'[' if !self.in_string => self.depth += 1,
                b'}' | b']' if !self.in_string => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        self.text.extend_from_slice(&line[..=at]);
                        return Step::Last;
                    }
                }
                _ => {}
            }
        }
        self.text.extend_from_slice(line);
        self.text.push(b'\n');
        Step::Taken
    }

    fn finish(&mut self, cx: &mut Context<'_>, _cut: bool) {
        let (found, result) = find(&self.text);
        if found.memstats.is_none() && found.cmdline.is_none() {
            // Some other JSON.
            return;
        }
        if result.is_err() {
            cx.set.problem(
                cx.input,
                Some(self.origin.line),
                ProblemKind::Partial,
                "the /debug/vars document is cut or damaged; what stands before that was read",
            );
        }
        found.write(self.origin, cx);
    }
}

/// Whether a line can stand inside a JSON document. A dump or a log line in its place ends the document.
fn continues(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    match line.first() {
        None => true,
        Some(b'"' | b'{' | b'}' | b'[' | b']' | b',' | b':' | b'-' | b'0'..=b'9') => true,
        _ => line.starts_with(b"true") || line.starts_with(b"false") || line.starts_with(b"null"),
    }
}

#[derive(Default)]
struct Found {
    cmdline: Option<Vec<String>>,
    memstats: Option<MemStats>,
    numbers: BTreeMap<String, f64>,
}

impl Found {
    fn write(self, origin: Origin, cx: &mut Context<'_>) {
        cx.set.note_form(cx.input, "expvar");
        if cx.set.expvars.len() >= MAX_DOCUMENTS {
            return;
        }
        cx.set.expvars.push(ExpVars {
            origin,
            time: cx.time,
            cmdline: self.cmdline.unwrap_or_default(),
            memstats: self.memstats,
            numbers: self.numbers.into_iter().collect(),
        });
    }
}

/// Walks a document, writing into `found` so that an error keeps what came before it.
fn parse(text: &[u8], found: &mut Found) -> Result<(), serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    Top(found).deserialize(&mut deserializer)
}

/// `runtime.MemStats` as `expvar` writes it. Read field by field, so that a cut keeps what came before it.
#[derive(Default)]
struct RawMemStats {
    heap_alloc: u64,
    heap_sys: u64,
    heap_inuse: u64,
    heap_objects: u64,
    stack_inuse: u64,
    sys: u64,
    next_gc: u64,
    last_gc: u64,
    num_gc: u64,
    pause_total_ns: u64,
    pause_ns: Vec<u64>,
    gc_cpu_fraction: f64,
}

impl<'de> DeserializeSeed<'de> for &mut RawMemStats {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for &mut RawMemStats {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("runtime.MemStats")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            let field = match key.as_str() {
                "HeapAlloc" => &mut self.heap_alloc,
                "HeapSys" => &mut self.heap_sys,
                "HeapInuse" => &mut self.heap_inuse,
                "HeapObjects" => &mut self.heap_objects,
                "StackInuse" => &mut self.stack_inuse,
                "Sys" => &mut self.sys,
                "NextGC" => &mut self.next_gc,
                "LastGC" => &mut self.last_gc,
                "NumGC" => &mut self.num_gc,
                "PauseTotalNs" => &mut self.pause_total_ns,
                "PauseNs" => {
                    self.pause_ns = map.next_value()?;
                    continue;
                }
                "GCCPUFraction" => {
                    self.gc_cpu_fraction = map.next_value()?;
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *field = map.next_value()?;
        }
        Ok(())
    }
}

impl From<RawMemStats> for MemStats {
    fn from(raw: RawMemStats) -> Self {
        // PauseNs is a ring: the pause of collection n stands at (n + 255) % 256. Before the ring is full its rest is zero.
        let ring = raw.pause_ns.len() as u64;
        let kept = raw.num_gc.min(ring);
        let recent_pauses_ns = (raw.num_gc - kept + 1..=raw.num_gc)
            .filter_map(|cycle| raw.pause_ns.get(usize::try_from((cycle + ring - 1) % ring).ok()?))
            .copied()
            .take(256)
            .collect();
        Self {
            heap_alloc: raw.heap_alloc,
            heap_sys: raw.heap_sys,
            heap_inuse: raw.heap_inuse,
            heap_objects: raw.heap_objects,
            stack_inuse: raw.stack_inuse,
            sys: raw.sys,
            next_gc: raw.next_gc,
            last_gc: raw.last_gc,
            num_gc: raw.num_gc,
            pause_total_ns: raw.pause_total_ns,
            recent_pauses_ns,
            gc_cpu_fraction: raw.gc_cpu_fraction,
        }
    }
}

struct Top<'f>(&'f mut Found);

impl<'de> DeserializeSeed<'de> for Top<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "cmdline" => {
                    let mut words: Vec<String> = map.next_value()?;
                    words.truncate(1_024);
                    self.0.cmdline = Some(words);
                }
                "memstats" => {
                    let mut raw = RawMemStats::default();
                    let result = map.next_value_seed(&mut raw);
                    self.0.memstats = Some(raw.into());
                    result?;
                }
                _ => map.next_value_seed(Numbers {
                    path: key,
                    depth: 0,
                    out: &mut self.0.numbers,
                })?,
            }
        }
        Ok(())
    }
}

/// Collects the numbers below a path.
struct Numbers<'f> {
    path: String,
    depth: usize,
    out: &'f mut BTreeMap<String, f64>,
}

impl Numbers<'_> {
    fn add(self, value: f64) {
        if self.out.len() < MAX_NUMBERS && self.path.len() < 1_024 {
            self.out.insert(self.path, value);
        }
    }
}

impl<'de> DeserializeSeed<'de> for Numbers<'_> {
    type Value = ();
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counters above 2^53 are not told apart in a report"
)]
impl<'de> Visitor<'de> for Numbers<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("any value")
    }
    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.add(value as f64);
        Ok(())
    }
    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.add(value as f64);
        Ok(())
    }
    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        self.add(value);
        Ok(())
    }
    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }
    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if self.depth >= MAX_DEPTH {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            map.next_value_seed(Numbers {
                path: format!("{}.{key}", self.path),
                depth: self.depth + 1,
                out: &mut *self.out,
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use crate::testing::read_text;

    fn render(text: &str) -> String {
        let set = read_text(text);
        let mut out = String::new();
        for vars in &set.expvars {
            out += &format!(
                "vars at {} {:?} {:?} {:?}\n",
                vars.origin.line, vars.time, vars.cmdline, vars.numbers
            );
            if let Some(memstats) = &vars.memstats {
                out += &format!("  {memstats:?}\n");
            }
        }
        for problem in &set.problems {
            out += &format!("{problem}\n");
        }
        out
    }

    /// `memstats` with a ring of four pauses, of which collection `num_gc` is the last.
    fn memstats(num_gc: u64) -> String {
        format!(
            r#"{{"Alloc":1,"TotalAlloc":2,"Sys":17406216,"HeapAlloc":2454600,"HeapSys":11239424,"HeapIdle":6397952,"HeapInuse":4841472,"HeapReleased":5021696,"HeapObjects":8302,"StackInuse":1310720,"StackSys":1310720,"NextGC":4194304,"LastGC":1795166860123456789,"PauseTotalNs":66,"PauseNs":[11,12,13,14],"PauseEnd":[1,2,3,4],"NumGC":{num_gc},"NumForcedGC":0,"GCCPUFraction":0.25,"EnableGC":true,"DebugGC":false,"BySize":[{{"Size":0,"Mallocs":0,"Frees":0}}]}}"#
        )
    }

    #[test]
    fn a_document() {
        let text = format!(
            "{{\n\"cmdline\": [\"/app/orders\",\"-x=\\\"{{\"],\n\"goroutines\": 252,\n\"http\": {{\"ok\": 3, \"by\": \
             {{\"code\": 1.5, \"name\": \"x\"}}, \"list\": [1]}},\n\"memstats\": {}\n}}\nbehind\n",
            memstats(6)
        );
        assert_snapshot!(render(&text), @r#"
        vars at 1 None ["/app/orders", "-x=\"{"] [("goroutines", 252.0), ("http.by.code", 1.5), ("http.ok", 3.0)]
          MemStats { heap_alloc: 2454600, heap_sys: 11239424, heap_inuse: 4841472, heap_objects: 8302, stack_inuse: 1310720, sys: 17406216, next_gc: 4194304, last_gc: 1795166860123456789, num_gc: 6, pause_total_ns: 66, recent_pauses_ns: [13, 14, 11, 12], gc_cpu_fraction: 0.25 }
        "#);
        assert_snapshot!(render(&text[..text.len() - 300]), @r#"
        vars at 1 None ["/app/orders", "-x=\"{"] [("goroutines", 252.0), ("http.by.code", 1.5), ("http.ok", 3.0)]
          MemStats { heap_alloc: 2454600, heap_sys: 11239424, heap_inuse: 4841472, heap_objects: 0, stack_inuse: 0, sys: 17406216, next_gc: 0, last_gc: 0, num_gc: 0, pause_total_ns: 0, recent_pauses_ns: [], gc_cpu_fraction: 0.0 }
        t:1: the /debug/vars document is cut or damaged; what stands before that was read
        "#);
    }

    #[test]
    fn pauses_in_time_order() {
        for (num_gc, pauses) in [
            (0, vec![]),
            (2, vec![11, 12]),
            (4, vec![11, 12, 13, 14]),
            (6, vec![13, 14, 11, 12]),
        ] {
            let set = read_text(&format!("{{\"memstats\": {}}}\n", memstats(num_gc)));
            let found = set.expvars[0].memstats.as_ref().expect("memstats");
            assert_eq!(found.recent_pauses_ns, pauses, "after {num_gc} collections");
        }
    }

    #[test]
    fn fragments_of_log_lines() {
        for text in [
            format!("vars: {{\"cmdline\":[\"a\"],\"memstats\":{}}} done\n", memstats(1)),
            format!("\"memstats\": {}\n", memstats(1)),
            format!("{{\"msg\":\"x\", \"vars\":{{\"memstats\":{}}}\n", memstats(1)),
        ] {
            let set = read_text(&text);
            assert_eq!(set.expvars.len(), 1, "{text}");
            assert_eq!(
                set.expvars[0].memstats.as_ref().map(|found| found.heap_alloc),
                Some(2_454_600)
            );
        }
    }

    #[test]
    fn other_json_is_left_alone() {
        let set = read_text("{\n  \"a\": 1,\n  \"b\": {\n  }\n}\n{\"a\":1}\n{\n");
        assert!(set.expvars.is_empty());
        assert!(set.inputs[0].forms.is_empty());
    }
}
