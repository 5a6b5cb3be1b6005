//! Waits until a process is in the state that is to be captured.

use std::io::Write;
use std::time::{Duration, Instant};

use gosleuth_evidence::Trigger;
use gosleuth_live::{Client, Condition, Target, value};

use super::Stop;
use super::store::now;

/// What is waited for, and how.
pub(crate) struct Watch<'a> {
    pub(crate) condition: &'a Condition,
    pub(crate) poll: Duration,
    pub(crate) give_up: Option<Duration>,
}

impl Watch<'_> {
    /// Looks at each process in turn until the condition holds for one. None if it is to end before.
    pub(crate) fn wait(
        &self,
        client: &Client,
        targets: &[Target],
        stop: &Stop,
        stderr: &mut dyn Write,
    ) -> Option<Trigger> {
        let start = Instant::now();
        let condition = shown(self.condition);
        let _ = writeln!(
            stderr,
            "gosleuth: waiting for {condition}: one cheap request every {}",
            seconds(self.poll)
        );
        let mut said = vec![String::new(); targets.len()];
        loop {
            let next = Instant::now() + self.poll;
            for (target, said) in targets.iter().zip(&mut said) {
                match value(client, target, &self.condition.name) {
                    Ok(value) if self.condition.holds(value) => {
                        let _ = writeln!(
                            stderr,
                            "gosleuth: {}: {} is {value}",
                            target.name(),
                            self.condition.name
                        );
                        return Some(Trigger {
                            condition,
                            value,
                            at: now(),
                            target: target.name(),
                        });
                    }
                    Ok(_) => said.clear(),
                    // It may be about to start, or to start again: said once, and waited for.
                    Err(error) => {
                        let error = error.to_string();
                        if *said != error {
                            let _ = writeln!(stderr, "gosleuth: {}: {error}; still waiting", target.name());
                            *said = error;
                        }
                    }
                }
            }
            if self.give_up.is_some_and(|longest| start.elapsed() >= longest) || !stop.sleep_until(next) {
                return None;
            }
        }
    }
}

/// `goroutines>5000`.
fn shown(condition: &Condition) -> String {
    use gosleuth_live::Operator;
    let operator = match condition.operator {
        Operator::Above => ">",
        Operator::AtLeast => ">=",
        Operator::Below => "<",
        Operator::AtMost => "<=",
    };
    format!("{}{operator}{}", condition.name, condition.limit)
}

/// `5 s`, `1.5 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds >= 120.0 {
        format!("{} min", (seconds / 6.0).round() / 10.0)
    } else {
        format!("{} s", (seconds * 100.0).round() / 100.0)
    }
}
