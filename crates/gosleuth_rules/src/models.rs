//! What is known about functions that are not read: libraries, and what a user declares about the own ones.
//!
//! The facts are data: `models/*.toml`, compiled to a table. A model names a function by its full symbol and says how it behaves; where
//! the behaviour is about an argument, the receiver of a method does not count.

mod generated;

use rustc_hash::FxHashMap;

/// How a function behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Behaviour {
    /// Does not return.
    NoReturn,
    /// Runs the function that is its argument in another goroutine, and returns before it ends.
    Spawn,
    /// Blocks until something else happens.
    Block,
    /// Locks its receiver.
    Lock,
    /// Unlocks its receiver.
    Unlock,
    /// Locks its receiver for reading.
    ReadLock,
    /// Unlocks its receiver after reading.
    ReadUnlock,
    /// Reads from its argument and does not keep or close it.
    Borrow,
    /// Returns a cancel function, as the result of this number.
    Cancel,
    /// Returns a response whose body must be closed, as its first result.
    Response,
    /// Returns what occupies something of a pool (a connection) until one of its methods is called that [`Model::twin`] names, with `|` between
    /// them; `Close` if it names none.
    Pooled,
    /// Returns an error that others rest on.
    Checked,
    /// Has a twin that takes a context first, of the name in [`Model::twin`].
    Contextual,
}

impl Behaviour {
    /// Every behaviour with its word in model files.
    pub const ALL: &[(Self, &str)] = &[
        (Self::NoReturn, "no-return"),
        (Self::Spawn, "spawn"),
        (Self::Block, "block"),
        (Self::Lock, "lock"),
        (Self::Unlock, "unlock"),
        (Self::ReadLock, "read-lock"),
        (Self::ReadUnlock, "read-unlock"),
        (Self::Borrow, "borrow"),
        (Self::Cancel, "cancel"),
        (Self::Response, "response"),
        (Self::Pooled, "pooled"),
        (Self::Checked, "checked"),
        (Self::Contextual, "contextual"),
    ];

    /// The behaviour of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == word)
            .map(|(behaviour, _)| *behaviour)
    }
}

/// A fact about a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// How it behaves.
    pub behaviour: Behaviour,
    /// The argument it is about, or the result for [`Behaviour::Cancel`]; counted from 0.
    pub argument: u32,
    /// The name of the twin, or of what gives back; empty for other behaviours.
    pub twin: String,
}

/// A model that means nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError {
    /// One sentence without a final dot.
    pub message: String,
}

impl std::fmt::Display for ModelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ModelError {}

/// Models by function.
#[derive(Clone, Debug)]
pub struct Models {
    by_symbol: FxHashMap<String, Vec<Model>>,
}

impl Default for Models {
    fn default() -> Self {
        let mut models = Self {
            by_symbol: FxHashMap::default(),
        };
        for &(symbol, behaviour, argument, twin) in generated::MODELS {
            models.insert(symbol, behaviour, argument, twin);
        }
        models
    }
}

impl Models {
    fn insert(&mut self, symbol: &str, behaviour: Behaviour, argument: u32, twin: &str) {
        let model = Model {
            behaviour,
            argument,
            twin: twin.to_owned(),
        };
        let models = self.by_symbol.entry(symbol.to_owned()).or_default();
        if !models.contains(&model) {
            models.push(model);
        }
    }

    /// Adds what a user declares: the symbol of a function, how it behaves, and which argument that is about.
    ///
    /// # Errors
    ///
    /// For a symbol or word that cannot be one.
    pub fn declare(&mut self, symbol: &str, behaviour: &str, argument: u32) -> Result<(), ModelError> {
        let Some(known) = Behaviour::parse(behaviour).filter(|&known| known != Behaviour::Contextual) else {
            let words: Vec<_> = Behaviour::ALL.iter().map(|(_, word)| *word).collect();
            let message = format!(
                "`{behaviour}` is no behaviour of a model; there are {}",
                words.join(", ")
            );
            return Err(ModelError { message });
        };
        if !symbol.contains('.') || symbol.contains(char::is_whitespace) {
            let message = format!(
                "`{symbol}` is no symbol of a function; write it as example.com/path.Function or example.com/path.(*Type).Method"
            );
            return Err(ModelError { message });
        }
        self.insert(symbol, known, argument, "");
        Ok(())
    }

    /// Every function that something is known about, in no order.
    pub fn all(&self) -> impl Iterator<Item = (&str, &[Model])> {
        self.by_symbol
            .iter()
            .map(|(symbol, models)| (symbol.as_str(), models.as_slice()))
    }

    /// What is known about a function.
    pub fn of(&self, symbol: &str) -> &[Model] {
        self.by_symbol.get(symbol).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_and_declared_models() {
        let mut models = Models::default();
        let get = models.of("net/http.Get");
        assert!(get.iter().any(|model| model.behaviour == Behaviour::Response));
        assert!(models.of("example.com/pool.(*Pool).Submit").is_empty());
        models.declare("example.com/pool.(*Pool).Submit", "spawn", 0).unwrap();
        assert_eq!(
            models.of("example.com/pool.(*Pool).Submit")[0].behaviour,
            Behaviour::Spawn
        );
        assert!(models.declare("x.F", "spwan", 0).is_err());
        assert!(models.declare("F", "spawn", 0).is_err());
    }
}
