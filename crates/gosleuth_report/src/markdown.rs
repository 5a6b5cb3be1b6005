//! Markdown for an incident ticket: headline, facts, suspects with folded stacks, and how to make the report again.
//!
//! Evidence never becomes markup: sentences are escaped character by character (so that no text can mention people, link, or
//! open HTML), names stand in code spans or fenced blocks whose fences are longer than any run of backticks inside.

mod timeline;

use std::io;

use crate::clean::clean;
use crate::names::{self, counted, counted_as, place, thousands};
use crate::text;
use crate::view::{self, Context, Frame, Race, RaceAccess, Report, Site, Stack, Suspect};

/// Rows per list where the caller sets no limit.
const DEFAULT_TOP: usize = 10;

struct Writer<'a> {
    out: &'a mut dyn io::Write,
    root: String,
    top: usize,
}

/// Writes the report.
pub(crate) fn write(cx: &Context<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let top = match (cx.options.full, cx.options.top) {
        (_, Some(top)) => top,
        (true, None) => usize::MAX,
        (false, None) => DEFAULT_TOP,
    };
    let report = view::build(cx, top);
    let mut buffered = io::BufWriter::new(out);
    let mut w = Writer {
        out: &mut buffered,
        root: text::root(cx),
        top,
    };
    w.headline(&report)?;
    w.suspects(&report)?;
    w.candidates(&report)?;
    w.findings(&report)?;
    w.timeline(&report)?;
    w.crashes(&report)?;
    w.races(&report)?;
    w.series(&report)?;
    w.groups(&report)?;
    w.waiting(&report)?;
    w.profiles(&report)?;
    w.tables(&report)?;
    w.problems(&report)?;
    w.reproduce(&report, cx.options.command.as_deref())?;
    io::Write::flush(&mut buffered)
}

/// Text that stays text: every character that could start markup is escaped.
fn escape(text: &str) -> String {
    let cleaned = clean(text);
    let mut out = String::with_capacity(cleaned.len() + 8);
    let mut chars = cleaned.chars().peekable();
    let mut at_start = true;
    while let Some(c) = chars.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Mentions, issue numbers, mathematics, and bare addresses would become links or pictures of something else.
            '@' => out.push_str("&#64;"),
            '#' => out.push_str("&#35;"),
            '$' => out.push_str("&#36;"),
            ':' if chars.peek() == Some(&'/') => out.push_str("&#58;"),
            '.' if out.ends_with("www") || out.ends_with("WWW") => out.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            '-' | '+' | '=' if at_start => {
                out.push('\\');
                out.push(c);
            }
            '.' | ')'
                if !out.is_empty()
                    && out.chars().all(|c| c.is_ascii_digit())
                    && chars.peek().is_none_or(|&next| next == ' ') =>
            {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
        at_start = at_start && c == ' ';
    }
    out
}

/// A code span whose fence is longer than any run of backticks in it; bars are escaped for tables.
fn code(text: &str) -> String {
    let cleaned = clean(text);
    if cleaned.trim().is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_backticks(&cleaned) + 1);
    let pad = if cleaned.starts_with('`') || cleaned.ends_with('`') {
        " "
    } else {
        ""
    };
    format!("{fence}{pad}{}{pad}{fence}", cleaned.replace('|', "\\|"))
}

fn longest_backticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

impl Writer<'_> {
    fn line(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.write_all(b"\n")
    }

    fn sentence(&self, text: &str) -> String {
        escape(&self.relative(text))
    }

    fn relative(&self, text: &str) -> String {
        if self.root.is_empty() {
            text.to_owned()
        } else {
            text.replace(&self.root, "")
        }
    }

    fn at(&self, site: &Site<'_>) -> String {
        let file = names::short_file(&site.file, &site.function, &self.root);
        [code(&site.function), code(&place(file, site.line))]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn maybe_at(&self, site: Option<&Site<'_>>) -> String {
        site.map_or_else(String::new, |site| self.at(site))
    }

    fn row(&mut self, cells: &[String]) -> io::Result<()> {
        self.line(&format!("| {} |", cells.join(" | ")))
    }

    /// A table head; columns that start with `>` are aligned to the right.
    fn head(&mut self, columns: &[&str]) -> io::Result<()> {
        let heads: Vec<String> = columns
            .iter()
            .map(|head| head.trim_start_matches('>').to_owned())
            .collect();
        self.row(&heads)?;
        let rules: Vec<String> = columns
            .iter()
            .map(|head| if head.starts_with('>') { "---:" } else { "---" }.to_owned())
            .collect();
        self.row(&rules)
    }

    fn more(&mut self, total: usize, shown: usize, noun: &str) -> io::Result<()> {
        if total > shown {
            self.line(&format!(
                "\n… {}",
                counted((total - shown) as u64, &format!("more {noun}"))
            ))?;
        }
        Ok(())
    }

    /// A folded block of lines.
    fn details(&mut self, summary: &str, lines: &[String]) -> io::Result<()> {
        let lines: Vec<String> = lines.iter().map(|line| clean(line).into_owned()).collect();
        let longest = lines.iter().map(|line| longest_backticks(line)).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let summary = summary.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        self.line(&format!("\n<details><summary>{summary}</summary>\n\n{fence}text"))?;
        for line in &lines {
            self.line(line)?;
        }
        self.line(&format!("{fence}\n\n</details>"))
    }

    fn frames(&self, stack: Stack<'_>) -> Vec<String> {
        stack
            .frames()
            .flat_map(|frame| self.frame(&frame).into_iter())
            .collect()
    }

    fn frame(&self, frame: &Frame<'_>) -> Vec<String> {
        match frame.note {
            Some("elided") if frame.line > 0 => {
                return vec![format!("... {} frames left out by the runtime ...", frame.line)];
            }
            Some("elided") => return vec!["... frames left out by the runtime ...".to_owned()],
            Some("unavailable") => return vec!["(running on another thread; stack unavailable)".to_owned()],
            _ => {}
        }
        let args = frame.args.as_deref().unwrap_or("...");
        let file = names::short_file(&frame.file, &frame.function, &self.root);
        vec![
            format!("{}({args})", frame.function),
            format!("    {}", place(file, frame.line)),
        ]
    }

    fn headline(&mut self, report: &Report<'_>) -> io::Result<()> {
        let title = self.sentence(&report.headline.text);
        self.line(&format!("## {title}\n"))?;
        if !report.headline.next_step.is_empty() {
            let next = self.sentence(&report.headline.next_step);
            self.line(&format!("**Next step:** {next}\n"))?;
        }
        self.head(&["", ""])?;
        if let (Some(first), Some(verdict)) = (report.suspects.first(), report.headline.verdict) {
            let sure = format!("**{verdict}**: {}", text::verdict_meaning(verdict));
            self.row(&["how sure".to_owned(), sure])?;
            let noun = if first.kind == "data-race" {
                "report"
            } else {
                "goroutine"
            };
            let mut many = counted(first.count, noun);
            if let Some(waits) = &first.waits {
                many.push_str(&format!(", waiting {}", names::waits(&waits.range())));
            }
            self.row(&["how many".to_owned(), many])?;
            if let Some(site) = &first.site {
                let at = self.at(site);
                self.row(&["where".to_owned(), at])?;
            }
            if let Some(related) = first.related.iter().find(|related| related.label.contains("creat")) {
                let at = self.at(&related.site);
                self.row(&["created by".to_owned(), at])?;
            }
        }
        for snapshot in report.snapshots.iter().rev().take(self.top).rev() {
            let mut text = format!("{}: {}", code(&snapshot.label), counted(snapshot.total, "goroutine"));
            if let Some(time) = &snapshot.time {
                text.push_str(&format!(" at {}", escape(time)));
            }
            if let Some(cut) = snapshot.cut {
                text.push_str(&format!(" — not whole: {}", text::cut_text(cut)));
            }
            self.row(&["snapshot".to_owned(), text])?;
        }
        let healthy: u64 = report.healthy.iter().map(|row| row.count).sum();
        if healthy > 0 {
            self.row(&["healthy waits".to_owned(), counted(healthy, "goroutine")])?;
        }
        let inputs = counted(report.inputs.len() as u64, "input");
        self.row(&[
            "read".to_owned(),
            format!("{} from {inputs}", names::bytes(report.stats.bytes)),
        ])?;
        if let Some(time) = &report.generated_at {
            self.row(&["report made".to_owned(), escape(time)])?;
        }
        if report.redacted {
            self.row(&["redacted".to_owned(), "values are placeholders".to_owned()])?;
        }
        if !self.root.is_empty() {
            let root = code(&self.root);
            self.row(&["paths relative to".to_owned(), root])?;
        }
        Ok(())
    }

    fn suspects(&mut self, report: &Report<'_>) -> io::Result<()> {
        if report.suspects.is_empty() {
            return Ok(());
        }
        self.line("\n### Suspects")?;
        for (index, suspect) in report.suspects.iter().enumerate() {
            self.suspect(suspect, index + 1)?;
        }
        Ok(())
    }

    fn suspect(&mut self, suspect: &Suspect<'_>, number: usize) -> io::Result<()> {
        let headline = self.sentence(&suspect.headline);
        self.line(&format!("\n#### {number}. {headline}\n"))?;
        let noun = if suspect.kind == "data-race" {
            "report"
        } else {
            "goroutine"
        };
        let mut facts = vec![
            format!("**{}** {}", suspect.verdict, code(suspect.kind)),
            counted(suspect.count, noun),
        ];
        if let Some(waits) = &suspect.waits {
            facts.push(names::waits(&waits.range()));
        }
        facts.push(code(suspect.entry));
        facts.extend(suspect.rules.iter().map(|rule| code(rule)));
        self.line(&format!("{}\n", facts.join(" · ")))?;
        if let Some(site) = &suspect.site {
            let at = self.at(site);
            self.line(&format!("- **at** {at}"))?;
        }
        for related in &suspect.related {
            let at = self.at(&related.site);
            self.line(&format!("- {}: {at}", escape(&related.label)))?;
        }
        for (name, text) in [("why", &suspect.why), ("do", &suspect.action)] {
            if !text.is_empty() {
                let text = self.sentence(text);
                self.line(&format!("- **{name}** {text}"))?;
            }
        }
        for line in suspect.source.iter().flat_map(|source| &source.lines) {
            let at = self.at(&line.site);
            self.line(&format!("- source, {}: {at} {}", escape(&line.label), code(&line.text)))?;
        }
        for step in &suspect.evidence {
            let step = self.sentence(step);
            self.line(&format!("- evidence: {step}"))?;
        }
        if let Some(decider) = suspect.would_decide.as_deref().filter(|text| !text.is_empty()) {
            let decider = self.sentence(decider);
            self.line(&format!("- would decide: {decider}"))?;
        }
        let shown = suspect.stacks.len().min(3);
        for (index, stack) in suspect.stacks[..shown].iter().enumerate() {
            let summary = if shown == 1 {
                "stack".to_owned()
            } else {
                format!("stack {}", index + 1)
            };
            let frames = self.frames(*stack);
            self.details(&summary, &frames)?;
        }
        Ok(())
    }

    fn findings(&mut self, report: &Report<'_>) -> io::Result<()> {
        let Some(source) = report.source.as_ref().filter(|source| !source.findings.is_empty()) else {
            return Ok(());
        };
        self.line("\n### Source\n")?;
        self.head(&["verdict", "rule", "place", "what", "suspect"])?;
        let shown = source.findings.len().min(self.top);
        for finding in &source.findings[..shown] {
            let at = self.at(&finding.site);
            let what = self.sentence(&finding.message);
            let suspect = finding.suspect.map_or_else(String::new, |at| (at + 1).to_string());
            self.row(&[finding.verdict.to_owned(), code(&finding.code), at, what, suspect])?;
        }
        self.more(source.findings.len(), shown, "finding")
    }

    fn candidates(&mut self, report: &Report<'_>) -> io::Result<()> {
        if report.candidates.is_empty() {
            return Ok(());
        }
        self.line("\n### Candidates\n\nThis evidence alone cannot decide these.\n")?;
        let shown = report.candidates.len().min(self.top);
        for candidate in &report.candidates[..shown] {
            let headline = self.sentence(&candidate.headline);
            let at = self.maybe_at(candidate.site.as_ref());
            self.line(&format!(
                "- {headline} ({}) {at}",
                counted(candidate.count, "goroutine")
            ))?;
            if let Some(decider) = candidate.would_decide.as_deref().filter(|text| !text.is_empty()) {
                let decider = self.sentence(decider);
                self.line(&format!("  - would decide: {decider}"))?;
            }
        }
        self.more(report.candidates.len(), shown, "candidate")
    }

    fn crashes(&mut self, report: &Report<'_>) -> io::Result<()> {
        if report.crashes.is_empty() {
            return Ok(());
        }
        self.line("\n### Crashes")?;
        let shown = report.crashes.len().min(self.top);
        for crash in &report.crashes[..shown] {
            self.line(&format!("\n#### {}\n", escape(&crash.message)))?;
            let recoverable = match crash.recoverable {
                Some(true) => " A `recover` could have stopped it.",
                Some(false) => " No `recover` can stop it.",
                None => "",
            };
            let meaning = self.sentence(&crash.meaning);
            let times = counted(crash.count, "time");
            self.line(&format!("{meaning}{recoverable} Seen {times}.\n"))?;
            if let Some(site) = &crash.site {
                let at = self.at(site);
                self.line(&format!("- **at** {at}"))?;
            }
            if let Some(peer) = &crash.peer {
                self.line(&format!("- while serving {}", code(peer)))?;
            }
            for cause in crash.causes {
                self.line(&format!("- usual cause: {}", escape(cause)))?;
            }
            for check in crash.checks {
                self.line(&format!("- check: {}", escape(check)))?;
            }
            let chain: Vec<String> = crash
                .chain
                .iter()
                .flat_map(|link| link.text.lines().map(str::to_owned).collect::<Vec<_>>())
                .collect();
            if chain.len() > 1 {
                self.details("messages", &chain)?;
            }
            if let Some(stack) = crash.stack {
                let frames = self.frames(stack);
                self.details("stack", &frames)?;
            }
        }
        self.more(report.crashes.len(), shown, "crash report")
    }

    fn races(&mut self, report: &Report<'_>) -> io::Result<()> {
        if report.races.is_empty() {
            return Ok(());
        }
        self.line("\n### Races")?;
        let shown = report.races.len().min(self.top);
        for race in &report.races[..shown] {
            self.race(race)?;
        }
        self.more(report.races.len(), shown, "race")
    }

    fn race(&mut self, race: &Race<'_>) -> io::Result<()> {
        let test_only = if race.test_only { ", test code only" } else { "" };
        self.line(&format!(
            "\n#### {} ({}{test_only})\n",
            escape(race.class),
            counted(race.count, "report")
        ))?;
        for access in &race.accesses {
            let at = self.maybe_at(access.site.as_ref());
            self.line(&format!("- {} {at}", escape(&text::access_title(access))))?;
        }
        for access in &race.accesses {
            let mut lines = self.access_frames(access);
            if let Some(created) = access.created {
                lines.push("created at".to_owned());
                lines.extend(self.frames(created));
            }
            self.details(&text::access_title(access), &lines)?;
        }
        Ok(())
    }

    fn access_frames(&self, access: &RaceAccess<'_>) -> Vec<String> {
        match access.stack {
            Some(stack) => self.frames(stack),
            None => vec!["(stack not restored by the race detector)".to_owned()],
        }
    }

    fn series(&mut self, report: &Report<'_>) -> io::Result<()> {
        let Some(series) = &report.series else {
            return Ok(());
        };
        let totals: Vec<String> = series.totals.iter().map(|&total| thousands(total)).collect();
        self.line(&format!(
            "\n### Change\n\n{}: {} goroutines\n",
            counted(series.totals.len() as u64, "snapshot"),
            totals.join(" → ")
        ))?;
        let rate = if series.timed { ">per minute" } else { ">per snapshot" };
        self.head(&["trend", "counts", rate, "limit in", "state", "where"])?;
        let changed: Vec<_> = series.rows.iter().filter(|row| row.trend != "steady").collect();
        let shown = changed.len().min(self.top);
        for row in &changed[..shown] {
            let counts: Vec<String> = row.counts.iter().map(|&count| thousands(count)).collect();
            let at = self.maybe_at(row.site.as_ref());
            self.row(&[
                row.trend.to_owned(),
                counts.join(" → "),
                format!("{:+.1}", row.slope),
                row.minutes_to_limit.map_or_else(String::new, names::minutes),
                code(&row.state),
                at,
            ])?;
        }
        self.more(changed.len(), shown, "change")
    }

    fn groups(&mut self, report: &Report<'_>) -> io::Result<()> {
        if report.groups.is_empty() {
            return Ok(());
        }
        self.line("\n### Goroutines\n")?;
        self.head(&[">count", "state", "wait", "where", "created by", "labels"])?;
        for group in &report.groups {
            let labels: Vec<String> = group
                .labels
                .iter()
                .map(|(key, value)| code(&format!("{key}={value}")))
                .collect();
            let key = if group.key.is_empty() {
                String::new()
            } else {
                format!("{} ", code(&group.key))
            };
            let leaked = if group.leaked { " **leaked**" } else { "" };
            let at = self.maybe_at(group.site.as_ref());
            let creator = self.maybe_at(group.created_by.as_ref());
            self.row(&[
                thousands(group.count),
                format!("{}{leaked}", code(&group.state)),
                group
                    .waits
                    .map_or_else(String::new, |waits| names::waits(&waits.range())),
                format!("{key}{at}"),
                creator,
                labels.join(" "),
            ])?;
        }
        let left_out = report.groups_left_out;
        if left_out.groups > 0 {
            self.line(&format!(
                "\n… {} ({})",
                counted(left_out.groups, "more group"),
                counted(left_out.goroutines, "goroutine")
            ))?;
        }
        Ok(())
    }

    fn waiting(&mut self, report: &Report<'_>) -> io::Result<()> {
        let waiting = &report.waiting;
        if waiting.objects.is_empty() && waiting.families.is_empty() && waiting.cycles.is_empty() {
            return Ok(());
        }
        self.line("\n### Waiting\n")?;
        for cycle in &waiting.cycles {
            let why = self.sentence(&cycle.why);
            self.line(&format!("- **cycle**: {why}"))?;
            for member in &cycle.members {
                let member = self.sentence(member);
                self.line(&format!("  - {member}"))?;
            }
        }
        let shown = waiting.objects.len().min(self.top);
        for object in &waiting.objects[..shown] {
            let holder = object
                .holder
                .as_deref()
                .map_or_else(String::new, |holder| format!(" — {}", self.sentence(holder)));
            self.line(&format!("- {} {}{holder}", object.what, code(&object.address)))?;
            for waiter in object.waiters.iter().take(self.top) {
                let at = self.maybe_at(waiter.site.as_ref());
                self.line(&format!(
                    "  - {} × {} {at}",
                    thousands(waiter.count),
                    code(&waiter.state)
                ))?;
            }
        }
        self.more(waiting.objects.len(), shown, "object")?;
        let shown = waiting.families.len().min(self.top);
        for family in &waiting.families[..shown] {
            let creator = self.maybe_at(family.created_by.as_ref());
            self.line(&format!(
                "- goroutine {} ({}) has {} created at {creator}",
                family.parent,
                escape(&family.parent_state),
                counted_as(family.children, "living child", "living children")
            ))?;
        }
        self.more(waiting.families.len(), shown, "parent")
    }

    fn profiles(&mut self, report: &Report<'_>) -> io::Result<()> {
        for profile in &report.profiles {
            self.line(&format!(
                "\n### Profile: {} ({}, {} in total)\n",
                profile.kind,
                escape(&profile.column),
                names::measure(profile.total, &profile.unit)
            ))?;
            self.head(&[">share", ">value", "where"])?;
            let shown = profile.top.len().min(self.top);
            for entry in &profile.top[..shown] {
                let at = self.maybe_at(entry.site.as_ref());
                self.row(&[
                    format!("{:.1} %", entry.percent),
                    names::measure(entry.value, &profile.unit),
                    at,
                ])?;
            }
            self.more(profile.top.len(), shown, "stack")?;
        }
        Ok(())
    }

    fn tables(&mut self, report: &Report<'_>) -> io::Result<()> {
        for table in &report.tables {
            self.line(&format!("\n### {}\n", escape(&table.title)))?;
            for remark in &table.remarks {
                let remark = self.sentence(remark);
                self.line(&format!("- {remark}"))?;
            }
            self.line("")?;
            let heads: Vec<String> = table.columns.iter().map(|head| escape(head)).collect();
            self.head(&heads.iter().map(String::as_str).collect::<Vec<_>>())?;
            let skipped = table.rows.len().saturating_sub(self.top);
            for row in &table.rows[skipped..] {
                let cells: Vec<String> = row.iter().map(|cell| escape(cell)).collect();
                self.row(&cells)?;
            }
            if skipped > 0 {
                self.line(&format!("\n… {}", counted(skipped as u64, "earlier row")))?;
            }
        }
        Ok(())
    }

    fn problems(&mut self, report: &Report<'_>) -> io::Result<()> {
        if report.problems.is_empty() {
            return Ok(());
        }
        self.line("\n### Problems\n")?;
        let shown = report.problems.len().min(self.top);
        for problem in &report.problems[..shown] {
            let at = problem.line.map_or_else(String::new, |line| format!(":{line}"));
            let message = self.sentence(&problem.message);
            self.line(&format!(
                "- {} {}: {message}",
                problem.kind,
                code(&format!("{}{at}", problem.input))
            ))?;
        }
        self.more(report.problems.len(), shown, "problem")
    }

    fn reproduce(&mut self, report: &Report<'_>, command: Option<&str>) -> io::Result<()> {
        let command = match command.filter(|_| !report.redacted) {
            Some(command) => command.to_owned(),
            None => {
                let inputs: Vec<String> = report.inputs.iter().map(|input| shell_word(&input.name)).collect();
                format!("gosleuth inspect {}", inputs.join(" "))
            }
        };
        let command = clean(&command).into_owned();
        let fence = "`".repeat(longest_backticks(&command).max(2) + 1);
        self.line(&format!("\n### Reproduce\n\n{fence}sh\n{command}\n{fence}"))?;
        let version = &report.tool.version;
        self.line(&format!("\n<sub>gosleuth {}</sub>", escape(version)))
    }
}

/// A name as a shell takes it.
fn shell_word(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-:=@%+,".contains(c);
    if !name.is_empty() && name.chars().all(plain) {
        return name.to_owned();
    }
    format!("'{}'", name.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escaping() {
        assert_eq!(
            escape("a*b_c <img> [x](y) @bob #12"),
            "a\\*b\\_c &lt;img&gt; \\[x\\](y) &#64;bob &#35;12"
        );
        assert_eq!(escape("1. x"), "1\\. x");
        assert_eq!(escape("- x"), "\\- x");
        assert_eq!(escape("http://x"), "http&#58;//x");
        assert_eq!(escape("a\nb"), "a\\\\nb");
        assert_eq!(code("a`b``c"), "```a`b``c```");
        assert_eq!(code("`x|y`"), "`` `x\\|y` ``");
        assert_eq!(code(""), "");
        assert_eq!(shell_word("a b'c"), "'a b'\\''c'");
    }
}
