//! What happened when, in a ticket.

use std::io;

use super::{Writer, code, escape};
use crate::names::{counted, thousands};
use crate::text;
use crate::view::{Report, clock, day};

/// Messages of a log, and requests, that are shown.
const SHORT: usize = 5;

impl Writer<'_> {
    pub(super) fn timeline(&mut self, report: &Report<'_>) -> io::Result<()> {
        let Some(timeline) = report.timeline.as_ref().filter(|timeline| timeline.tells()) else {
            return Ok(());
        };
        self.line("\n### Timeline\n")?;
        if !timeline.summary.is_empty() {
            let summary = self.sentence(&timeline.summary);
            self.line(&format!("**{summary}**\n"))?;
        }
        self.head(&["UTC", "Kind", "What"])?;
        let shown = timeline.events.len().min(self.top.saturating_mul(3));
        let mut today = "";
        for event in &timeline.events[..shown] {
            let mut at = text::moment(event);
            if day(&event.at) != today {
                today = day(&event.at);
                at = format!("{today} {at}");
            }
            let what = self.sentence(&text::sentence(event));
            self.row(&[escape(&at), event.kind.to_owned(), what])?;
        }
        self.line("")?;
        self.more(timeline.events.len(), shown, "event")?;
        for log in &timeline.logs {
            let errors: u64 = log.errors.iter().sum();
            let text = format!(
                "{}: {} ({}), {} at error and above; {} to {}",
                code(&log.input),
                counted(log.dated, "line"),
                log.forms.join(", "),
                thousands(errors),
                log.first,
                log.last
            );
            self.line(&format!("- {text}"))?;
            for message in log.messages.iter().take(SHORT) {
                let text = escape(&message.text);
                self.line(&format!("  - {} × {}: {text}", thousands(message.count), message.level))?;
            }
        }
        for request in timeline.requests.iter().take(SHORT) {
            let whose = request
                .suspect
                .map_or_else(String::new, |index| format!(" of suspect {}", index + 1));
            let said = request.lines.last().map_or_else(String::new, |line| {
                format!("; {} {}", line.time.as_deref().map_or("", clock), escape(&line.text))
            });
            let name = code(&format!("{}={}", request.label, request.value));
            self.line(&format!(
                "- {name}: {}{whose}{said}",
                counted(request.goroutines, "goroutine")
            ))?;
        }
        for note in &timeline.notes {
            let note = self.sentence(note);
            self.line(&format!("\n<sub>{note}</sub>"))?;
        }
        Ok(())
    }
}
