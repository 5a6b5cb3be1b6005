//! How many answers agree, and which classes of answers do not.

use std::collections::BTreeMap;
use std::fmt::Write as _;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fact {
    /// The object of an identifier.
    Ident,
    /// Mode and type of an expression.
    Expr,
    /// Kind, object and path of a selector.
    Selection,
    /// Type arguments and type of an instantiation.
    Instance,
    /// The type of the variable of a clause of a type switch.
    Clause,
    /// The value of a constant expression whose type agrees.
    Value,
}

const FACTS: [(Fact, &str); 6] = [
    (Fact::Ident, "identifiers"),
    (Fact::Expr, "expressions"),
    (Fact::Selection, "selections"),
    (Fact::Instance, "instances"),
    (Fact::Clause, "clause variables"),
    (Fact::Value, "constants"),
];

#[derive(Default)]
struct Class {
    count: u64,
    examples: Vec<String>,
}

impl Class {
    fn add(&mut self, limit: usize, example: impl FnOnce() -> String) {
        self.count += 1;
        if self.examples.len() < limit {
            self.examples.push(example());
        }
    }
}

/// The score of a set of packages.
pub(super) struct Score {
    packages: u64,
    agreed: [u64; FACTS.len()],
    differing: [u64; FACTS.len()],
    classes: BTreeMap<(Fact, String), Class>,
    problems: BTreeMap<&'static str, Class>,
    examples: usize,
}

impl Score {
    /// A score that keeps so many examples per class.
    pub(super) fn new(examples: usize) -> Self {
        Self {
            packages: 0,
            agreed: [0; FACTS.len()],
            differing: [0; FACTS.len()],
            classes: BTreeMap::new(),
            problems: BTreeMap::new(),
            examples,
        }
    }

    /// Counts a package.
    pub(super) fn package(&mut self) {
        self.packages += 1;
    }

    /// An answer is the same.
    pub(super) fn agree(&mut self, fact: Fact) {
        self.agreed[fact as usize] += 1;
    }

    /// An answer is another one.
    pub(super) fn differ(&mut self, fact: Fact, class: &str, example: impl FnOnce() -> String) {
        self.differing[fact as usize] += 1;
        let class = self.classes.entry((fact, class.to_owned())).or_default();
        class.add(self.examples, example);
    }

    /// Something else is wrong.
    pub(super) fn problem(&mut self, what: &'static str, example: impl FnOnce() -> String) {
        self.problems.entry(what).or_default().add(self.examples, example);
    }

    /// Number of answers that were compared.
    #[cfg(test)]
    pub(super) fn total(&self, fact: Fact) -> u64 {
        self.agreed[fact as usize] + self.differing[fact as usize]
    }

    /// Share of answers that agree, in percent; all of them if there are none.
    pub(super) fn percent(&self, fact: Fact) -> f64 {
        let (agreed, differing) = (self.agreed[fact as usize], self.differing[fact as usize]);
        if differing == 0 {
            return 100.0;
        }
        100.0 * agreed as f64 / (agreed + differing) as f64
    }

    /// The score as text: totals, then classes, most frequent first.
    pub(super) fn text(&self, classes: usize) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "packages: {}", self.packages);
        for (fact, name) in FACTS {
            let (agreed, differing) = (self.agreed[fact as usize], self.differing[fact as usize]);
            let total = agreed + differing;
            let percent = self.percent(fact);
            let _ = writeln!(text, "{name}: {percent:.4} % of {total} agree, {differing} differ");
        }
        for (what, class) in &self.problems {
            let _ = writeln!(text, "\n{what}: {}", class.count);
            for example in &class.examples {
                let _ = writeln!(text, "    {example}");
            }
        }
        for (fact, name) in FACTS {
            let mut of_fact: Vec<_> = self.classes.iter().filter(|((of, _), _)| *of == fact).collect();
            of_fact.sort_by_key(|(_, class)| std::cmp::Reverse(class.count));
            if of_fact.is_empty() {
                continue;
            }
            let _ = writeln!(text, "\n{name}");
            for ((_, name), class) in of_fact.iter().take(classes) {
                let _ = writeln!(text, "  {:>7}  {name}", class.count);
                for example in &class.examples {
                    let _ = writeln!(text, "             {example}");
                }
            }
            if of_fact.len() > classes {
                let rest: u64 = of_fact.iter().skip(classes).map(|(_, class)| class.count).sum();
                let _ = writeln!(text, "  {rest:>7}  in {} further classes", of_fact.len() - classes);
            }
        }
        text
    }
}
