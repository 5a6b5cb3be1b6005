//! The page: words and tables as HTML, everything else as packed tiles beside the script that draws them.
//!
//! What is needed first stands first: sums, names and the coarse tiles, then the script, then the finest tiles, which may be megabytes. The
//! content security policy allows exactly this script and this style and no connection, so that nothing in the trace can run or call home.

use std::io::{self, Write};

use gosleuth_base::thousands;
use gosleuth_evidence::trace::{GoId, Names, Outcome};
use gosleuth_evidence::{StackId, Time};
use gosleuth_report::page::{STYLE, csp_hash, escape};
use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use super::buckets::BUCKETS;
use super::lane::{FINEST, Lanes, Piece, STATES, merge, resolutions};
use super::people::{ELSEWHERE, Person, Spent, add_place};
use super::tiles::{Labels, Packed, Tile, pack, unit, varint};
use super::{ALL, MARK, REST, STOPPED, SiteTotals, Stores};
use crate::lives::Lives;
use crate::names;

const SCRIPT: &str = include_str!("script.js");
const OWN_STYLE: &str = include_str!("style.css");
/// Rows of the table of sites that is there without the script and on paper.
const TABLE: usize = 30;
/// Places of a goroutine that are shown one by one.
const PLACES: usize = 16;

/// Writes the page.
pub(super) fn write(
    name: &str,
    outcome: &Outcome,
    names: Names<'_>,
    lives: &Lives,
    mut stores: Stores,
    out: &mut dyn Write,
) -> io::Result<()> {
    let duration = stores.now.saturating_sub(stores.start);
    let mut packed = Packed::default();
    let people: Vec<Person> = stores.people.listed().into_iter().cloned().collect();
    let sites = packed.add(sites(names, lives, &stores, &people).to_string().as_bytes())?;
    let buckets = packed.add(&density(&stores))?;
    let mut stacks = Stacks::default();
    let places: Vec<Value> = stores
        .people
        .places()
        .iter()
        .map(|place| {
            let reason = names::reason(names, place.reason, place.stack);
            json!([place.state.as_str(), reason, stacks.number(names, place.stack)])
        })
        .collect();
    let persons: Vec<Value> = people
        .iter()
        .map(|person| row(person, names, &mut stacks, stores.start))
        .collect();
    let persons = packed.add(json!(persons).to_string().as_bytes())?;
    let stacks = stacks.json();
    let places = packed.add(json!({ "places": places, "stacks": stacks }).to_string().as_bytes())?;

    let (proc_resolution, goroutine_resolution) = (stores.procs.resolution(), stores.goroutines.resolution());
    let (proc_names, procs) = proc_lanes(&mut stores.procs);
    let goroutines: Vec<Vec<Piece>> = people
        .iter()
        .map(|person| stores.goroutines.take(person.id.0))
        .collect();
    let mut procs = Levels::new(procs, proc_resolution, duration, Labels::Near);
    let mut goroutines = Levels::new(goroutines, goroutine_resolution, duration, Labels::Small);
    let sums = packed.text.len();
    let head = loop {
        procs.pack_coarse(&mut packed)?;
        goroutines.pack_coarse(&mut packed)?;
        let head = packed.text.len();
        procs.pack_finest(&mut packed)?;
        goroutines.pack_finest(&mut packed)?;
        let is_bare = procs.resolutions.len() == 1 && goroutines.resolutions.len() == 1;
        if packed.text.len() <= stores.bytes || is_bare {
            break head;
        }
        packed.text.truncate(sums);
        procs.coarsen(duration);
        goroutines.coarsen(duration);
    };

    let meta = json!({
        "version": 1,
        "name": name,
        "duration": duration,
        "start": stores.start,
        "head": head,
        "states": ["running", "runnable", "waiting", "syscall"],
        "sites": sites,
        "buckets": { "at": buckets, "width": stores.buckets.width(), "count": BUCKETS, "rows": stores.buckets.rows() },
        "places": places,
        "people": persons,
        "others": stores.people.others,
        "procs": { "lanes": proc_names, "levels": procs.json() },
        "goroutines": { "lanes": people.len(), "levels": goroutines.json() },
    });
    let style = format!("{STYLE}{OWN_STYLE}");
    out.write_all(b"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")?;
    writeln!(
        out,
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src '{}'; style-src '{}'; base-uri 'none'; \
         form-action 'none'\">",
        csp_hash(SCRIPT.as_bytes()),
        csp_hash(style.as_bytes())
    )?;
    out.write_all(b"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")?;
    out.write_all(
        b"<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n",
    )?;
    let title = escape(name.rsplit(['/', '\\']).next().unwrap_or(name));
    writeln!(
        out,
        "<title>{title} — gosleuth trace</title>\n<style>{style}</style>\n</head>\n<body>"
    )?;
    body(&title, outcome, names, lives, &stores, out)?;
    writeln!(
        out,
        "<script type=\"application/json\" id=\"meta\">{}</script>",
        meta.to_string().replace('<', "\\u003c")
    )?;
    writeln!(
        out,
        "<script type=\"text/plain\" id=\"head\">{}</script>",
        &packed.text[..head]
    )?;
    writeln!(out, "<script>{SCRIPT}</script>")?;
    writeln!(
        out,
        "<script type=\"text/plain\" id=\"rest\">{}</script>",
        &packed.text[head..]
    )?;
    out.write_all(b"</body>\n</html>\n")?;
    out.flush()
}

/// The lanes of processors behind those of the collector, with their names.
fn proc_lanes(lanes: &mut Lanes) -> (Vec<String>, Vec<Vec<Piece>>) {
    let mut keys = lanes.keys();
    keys.sort_by_key(|&key| (key < MARK, key));
    let named = |key: u64| match key {
        MARK => "GC mark".to_owned(),
        STOPPED => "world stopped".to_owned(),
        proc => format!("P{proc}"),
    };
    keys.iter().map(|&key| (named(key), lanes.take(key))).unzip()
}

/// One set of lanes at several resolutions.
struct Levels {
    /// Finest first.
    resolutions: Vec<u64>,
    tiles: Vec<Vec<Tile>>,
    lanes: Vec<Vec<Piece>>,
    labels: Labels,
}

impl Levels {
    fn new(lanes: Vec<Vec<Piece>>, kept: u64, duration: u64, labels: Labels) -> Self {
        let resolutions = resolutions(kept, duration);
        Self {
            tiles: vec![Vec::new(); resolutions.len()],
            resolutions,
            lanes,
            labels,
        }
    }

    /// Keeps half as much of the finest level.
    fn coarsen(&mut self, duration: u64) {
        let resolution = (self.resolutions[0] * 2).max(FINEST);
        self.lanes.iter_mut().for_each(|lane| merge(lane, resolution));
        self.resolutions = resolutions(resolution, duration);
        self.tiles = vec![Vec::new(); self.resolutions.len()];
    }

    /// All levels but the finest, coarsest first in the text.
    fn pack_coarse(&mut self, packed: &mut Packed) -> io::Result<()> {
        let mut merged = Vec::new();
        let mut last = &self.lanes;
        for &resolution in &self.resolutions[1..] {
            let mut lanes = last.clone();
            lanes.iter_mut().for_each(|lane| merge(lane, resolution));
            merged.push(lanes);
            last = merged.last().expect("it was just added");
        }
        for (index, lanes) in merged.iter().enumerate().rev() {
            self.tiles[index + 1] = pack(lanes, unit(self.resolutions[index + 1]), self.labels, packed)?;
        }
        Ok(())
    }

    fn pack_finest(&mut self, packed: &mut Packed) -> io::Result<()> {
        self.tiles[0] = pack(&self.lanes, unit(self.resolutions[0]), self.labels, packed)?;
        Ok(())
    }

    /// The levels, finest first; tiles as lanes, times, and where they are.
    fn json(&self) -> Value {
        let levels = self.resolutions.iter().zip(&self.tiles);
        let level = |(&resolution, tiles): (&u64, &Vec<Tile>)| {
            let tile = |tile: &Tile| {
                json!([
                    tile.lanes.0,
                    tile.lanes.1,
                    tile.span.0,
                    tile.span.1,
                    tile.at.0,
                    tile.at.1
                ])
            };
            json!({ "resolution": resolution, "unit": unit(resolution), "tiles": tiles.iter().map(tile).collect::<Vec<_>>() })
        };
        levels.map(level).collect()
    }
}

/// Stacks, frames and texts that the page names, numbered anew.
#[derive(Default)]
struct Stacks {
    numbers: FxHashMap<StackId, usize>,
    stacks: Vec<Value>,
    frames: FxHashMap<String, usize>,
    texts: Vec<String>,
}

impl Stacks {
    /// The number of a stack; -1 for none.
    fn number(&mut self, names: Names<'_>, stack: Option<StackId>) -> i64 {
        let Some(stack) = stack else { return -1 };
        if let Some(&known) = self.numbers.get(&stack) {
            return known as i64;
        }
        let frames: Vec<usize> = names::stack(names, stack).lines().map(|line| self.text(line)).collect();
        let place = self.text(&names::place(names, stack));
        let number = self.stacks.len();
        self.stacks.push(json!([place, frames]));
        self.numbers.insert(stack, number);
        number as i64
    }

    fn text(&mut self, text: &str) -> usize {
        let next = self.texts.len();
        let number = *self.frames.entry(text.to_owned()).or_insert(next);
        if number == next {
            self.texts.push(text.to_owned());
        }
        number
    }

    fn json(self) -> Value {
        json!({ "stacks": self.stacks, "texts": self.texts })
    }
}

/// A goroutine: number, site, parent, creation, end, stack of its creation, times, runs, wakes, places, wakers, last state.
fn row(person: &Person, names: Names<'_>, stacks: &mut Stacks, start: u64) -> Value {
    let time = |time: Option<u64>| time.map_or(-1, |time| (time - start) as i64);
    let number = |goroutine: GoId| goroutine.get().map_or(-1, |number| number as i64);
    let mut places = person.places.clone();
    places.sort_by_key(|spent| (spent.place == ELSEWHERE, std::cmp::Reverse(spent.nanos), spent.place));
    for rest in places.split_off(places.len().min(PLACES)) {
        add_place(
            &mut places,
            Spent {
                place: ELSEWHERE,
                ..rest
            },
        );
    }
    let mut wakers = person.wakers.clone();
    wakers.sort_by_key(|&(waker, count)| (std::cmp::Reverse(count), waker));
    let spent: Vec<Value> = places
        .iter()
        .map(|spent| json!([spent.place, spent.nanos, spent.count]))
        .collect();
    let wakers: Vec<Value> = wakers
        .iter()
        .map(|&(waker, count)| json!([number(waker), count]))
        .collect();
    json!([
        person.id.0,
        person.site,
        number(person.parent),
        time(person.born),
        time(person.ended),
        stacks.number(names, person.created),
        person.times,
        person.runs,
        person.wakes,
        spent,
        wakers,
        person.last.as_str(),
    ])
}

/// Sites: name, function, sums, row of buckets, lanes from and how many.
fn sites(names: Names<'_>, lives: &Lives, stores: &Stores, people: &[Person]) -> Value {
    let mut lanes: FxHashMap<u32, (usize, usize)> = FxHashMap::default();
    for (index, person) in people.iter().enumerate() {
        lanes.entry(person.site).or_insert((index, 0)).1 += 1;
    }
    let site = |number: u32| {
        let totals = stores.totals.get(number as usize).copied().unwrap_or_default();
        let SiteTotals {
            created,
            older,
            ended,
            times,
            wakes,
        } = totals;
        let row = stores.rows.get(&number).copied().unwrap_or(REST);
        let (first, count) = lanes.get(&number).copied().unwrap_or_default();
        let shown = lives.site(number);
        json!([
            names::site(names, shown),
            names::start(names, shown),
            created,
            older,
            ended,
            times,
            wakes,
            row,
            first,
            count
        ])
    };
    (0..lives.sites() as u32).map(site).collect()
}

/// Average numbers of goroutines in 64ths, row by row and state by state, as differences; then the heap in KiB.
fn density(stores: &Stores) -> Vec<u8> {
    let buckets = &stores.buckets;
    let mut out = Vec::new();
    let signed = |value: i64, out: &mut Vec<u8>| varint((value << 1 ^ value >> 63) as u64, out);
    let differences = |values: &[i64], out: &mut Vec<u8>| {
        varint(values.len() as u64, out);
        let mut before = 0;
        for &value in values {
            signed(value - before, out);
            before = value;
        }
    };
    let width = u128::from(buckets.width());
    for row in ALL..buckets.rows() {
        for state in 0..STATES {
            let average = |total: u64| (u128::from(total) * 64 / width) as i64;
            let values: Vec<i64> = buckets.totals(row, state).into_iter().map(average).collect();
            differences(&values, &mut out);
        }
    }
    let heap: Vec<i64> = buckets.peaks().iter().map(|&bytes| (bytes >> 10) as i64).collect();
    differences(&heap, &mut out);
    out
}

/// What can be read without the script.
fn body(
    title: &str,
    outcome: &Outcome,
    names: Names<'_>,
    lives: &Lives,
    stores: &Stores,
    out: &mut dyn Write,
) -> io::Result<()> {
    let duration = stores.now.saturating_sub(stores.start);
    let sum = |of: fn(&SiteTotals) -> u64| stores.totals.iter().map(of).sum::<u64>();
    let started = stores.clock.map(|clock| {
        let before = i64::try_from(clock.trace.saturating_sub(stores.start)).unwrap_or(0);
        Time(clock.wall - before).iso()
    });
    let mut facts = vec![
        ("duration", names::duration(duration)),
        ("events", thousands(outcome.events)),
        ("goroutines created", thousands(sum(|site| site.created))),
        ("goroutines older", thousands(sum(|site| site.older))),
        ("processors", thousands(stores.gomaxprocs)),
        (
            "written by",
            outcome.version.map_or("", |version| version.as_str()).to_owned(),
        ),
    ];
    facts.extend(started.map(|started| ("started", started)));
    out.write_all(b"<a class=\"skip\" href=\"#lanes\">To the timeline</a>\n<main id=\"timeline\">\n")?;
    write!(out, "<h1>{title}</h1>\n<dl class=\"sums\">")?;
    for (key, value) in facts {
        write!(out, "<div><dt>{key}</dt><dd>{}</dd></div>", escape(&value))?;
    }
    out.write_all(b"</dl>\n")?;
    for problem in &outcome.problems {
        writeln!(out, "<p class=\"remark\">{}</p>", escape(&problem.message))?;
    }
    out.write_all(include_bytes!("controls.html"))?;
    out.write_all(b"<section id=\"table\"><h2>Where goroutines come from, by time running</h2>\n<div class=\"scroll\"><table><thead><tr>")?;
    for (class, heading) in [
        ("", "site"),
        ("num", "goroutines"),
        ("num", "alive"),
        ("num", "running"),
        ("num", "runnable"),
        ("num", "waiting"),
        ("num", "syscall"),
    ] {
        write!(out, "<th class=\"{class}\">{heading}</th>")?;
    }
    out.write_all(b"</tr></thead>\n<tbody>\n")?;
    let mut order: Vec<(u32, &SiteTotals)> = (0..)
        .zip(&stores.totals)
        .filter(|(_, site)| site.created + site.older > 0)
        .collect();
    order.sort_by_key(|(number, site)| (std::cmp::Reverse(site.times[0]), *number));
    for (number, site) in order.iter().take(TABLE) {
        write!(
            out,
            "<tr><td class=\"fn\">{}</td>",
            escape(&names::site(names, lives.site(*number)))
        )?;
        let goroutines = site.created + site.older;
        for count in [goroutines, goroutines - site.ended] {
            write!(out, "<td class=\"num\">{}</td>", thousands(count))?;
        }
        for time in site.times {
            write!(out, "<td class=\"num\">{}</td>", names::duration(time))?;
        }
        out.write_all(b"</tr>\n")?;
    }
    out.write_all(b"</tbody></table></div>\n")?;
    if order.len() > TABLE {
        writeln!(
            out,
            "<p class=\"remark\">… and {} more sites</p>",
            thousands((order.len() - TABLE) as u64)
        )?;
    }
    out.write_all(b"</section>\n</main>\n")
}
