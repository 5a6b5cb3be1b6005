//! What a test has to show: which function it calls, and where goroutines stand still or meet then.

use gosleuth_base::{Family, Finding, Fingerprint, GoSymbol};

/// What becomes of the process when the fault shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Goroutines stand still for ever.
    Stuck,
    /// It ends by a panic or a fatal error.
    Death,
    /// Go's race detector reports it.
    Race,
}

/// A fault to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What to watch for.
    pub watch: Watch,
    /// Short name in names of functions: letters and digits.
    pub id: String,
    /// The function that is called, without its package: `Pool.Get`.
    pub root: String,
    /// A second one that runs at the same time: the other party of a race.
    pub other: Option<String>,
    /// Functions in which goroutines stand, without their packages and without the literals in them.
    pub stands: Vec<String>,
    /// Whether it depends on the order in which goroutines take turns.
    pub needs_order: bool,
    /// What it is, for the comment above the test: lines without `//`.
    pub comment: Vec<String>,
}

impl Fault {
    /// The fault that a finding describes.
    pub fn of(finding: &Finding) -> Self {
        let watch = match finding.code.family {
            Family::Races => Watch::Race,
            Family::Panics => Watch::Death,
            _ => Watch::Stuck,
        };
        let own = outer(&finding.location.function);
        let root = root_of(finding);
        let other = (watch == Watch::Race).then(|| {
            let others = finding.related.iter().map(|related| outer(&related.location.function));
            others.into_iter().find(|other| *other != root && !other.is_empty())
        });
        let waiting = finding.schedule.iter().filter(|step| step.waits_for.is_some());
        let mut stands: Vec<String> = std::iter::once(own)
            .chain(waiting.map(|step| outer(&step.location.function)))
            .filter(|name| !name.is_empty())
            .collect();
        stands.sort();
        stands.dedup();
        let mut turns: Vec<&str> = finding.schedule.iter().map(|step| step.goroutine.as_str()).collect();
        turns.sort_unstable();
        turns.dedup();
        let turns = turns.len();
        let mut comment = vec![format!(
            "{} at {}:{}: {}.",
            finding.code, finding.location.file, finding.location.line, finding.message
        )];
        if !finding.schedule.is_empty() {
            comment.push(String::new());
            comment.push("It happens in this order:".to_owned());
        }
        for (number, step) in finding.schedule.iter().enumerate() {
            let waits = match &step.waits_for {
                Some(what) => format!(", and waits for {what}"),
                None => String::new(),
            };
            comment.push(format!(
                "{:>2}. {} {}{waits} ({}:{})",
                number + 1,
                step.goroutine,
                step.action,
                step.location.file,
                step.location.line
            ));
        }
        Self {
            watch,
            id: finding.fingerprint.to_string().chars().take(8).collect(),
            root,
            other: other.flatten(),
            stands,
            needs_order: watch == Watch::Race || turns > 1,
            comment,
        }
    }
}

impl Fault {
    /// A fault of which only the function is known.
    pub fn at(watch: Watch, symbol: &str, headline: &str) -> Self {
        let name = outer(symbol);
        Self {
            watch,
            id: Fingerprint::of(&[symbol, headline])
                .to_string()
                .chars()
                .take(8)
                .collect(),
            root: name.clone(),
            other: None,
            stands: vec![name],
            needs_order: true,
            comment: vec![headline.to_owned()],
        }
    }
}

/// The function that the schedule of a finding begins in; the function around it where it has none.
pub fn root_of(finding: &Finding) -> String {
    let is_named = |name: &str| !name.starts_with("goroutine ");
    let named = finding.schedule.iter().map(|step| step.goroutine.as_str());
    match named.into_iter().find(|name| is_named(name)) {
        Some(name) => outer_name(name),
        None => outer(&finding.location.function),
    }
}

/// A function without its package, type arguments and the literals in it: `Pool.Get` of `example.com/db.(*Pool[...]).Get.func1.2`.
fn outer(symbol: &str) -> String {
    let parsed = GoSymbol::parse(symbol);
    let name = parsed.name.split(['.', '[']).next().unwrap_or_default();
    match parsed.receiver {
        Some(receiver) => format!("{}.{name}", plain(receiver)),
        None => name.to_owned(),
    }
}

/// The same of a name without package.
fn outer_name(name: &str) -> String {
    outer(&format!("p.{name}"))
}

/// A name without parentheses, stars and type arguments.
pub(crate) fn plain(text: &str) -> String {
    let mut depth = 0;
    text.chars()
        .filter(|&letter| {
            match letter {
                '[' => depth += 1,
                ']' => {
                    depth -= 1;
                    return false;
                }
                _ => {}
            }
            depth == 0 && !matches!(letter, '(' | ')' | '*')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_around_literals() {
        for (symbol, expected) in [
            ("example.com/db.(*Pool).Get.func1.2", "Pool.Get"),
            ("example.com/db.Pool.Get", "Pool.Get"),
            ("example.com/db.(*Pool[...]).Get", "Pool.Get"),
            ("example.com/db.open[...]", "open"),
            ("example.com/v1.2/db.open.func1", "open"),
            ("main.main", "main"),
        ] {
            assert_eq!(outer(symbol), expected, "{symbol}");
        }
    }
}
