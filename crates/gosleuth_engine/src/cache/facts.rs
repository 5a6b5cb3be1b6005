//! What units tell others beyond their types, and what they asked for.

use crate::bytes::{Reader, blob, number};

/// Hash of a fact.
pub(crate) type Digest = [u8; 16];

/// A fact about an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    /// Position of the object in the tables of its package.
    index: u32,
    pub(crate) digest: Digest,
    pub(crate) bytes: Vec<u8>,
}

/// The facts of a package, sorted by object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts(Vec<Fact>);

/// A fact that was asked for, and the answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Asked {
    /// The package, by the path that exports refer to it with.
    pub(crate) path: String,
    pub(crate) index: u32,
    /// None if there was no such fact.
    pub(crate) digest: Option<Digest>,
}

impl Facts {
    /// Facts by object, in any order.
    pub(crate) fn new(facts: Vec<(u32, Vec<u8>)>) -> Self {
        let mut facts: Vec<Fact> = facts
            .into_iter()
            .map(|(index, bytes)| {
                let mut digest = Digest::default();
                digest.copy_from_slice(&blake3::hash(&bytes).as_bytes()[..16]);
                Fact { index, digest, bytes }
            })
            .collect();
        facts.sort_by_key(|fact| fact.index);
        facts.dedup_by_key(|fact| fact.index);
        Self(facts)
    }

    /// The fact about an object.
    pub(crate) fn of(&self, index: u32) -> Option<&Fact> {
        let at = self.0.binary_search_by_key(&index, |fact| fact.index).ok()?;
        self.0.get(at)
    }

    pub(super) fn encode(&self, body: &mut Vec<u8>) {
        number(body, self.0.len() as u64);
        for fact in &self.0 {
            number(body, u64::from(fact.index));
            body.extend_from_slice(&fact.digest);
            blob(body, &fact.bytes);
        }
    }

    pub(super) fn decode(body: &[u8], reader: &mut Reader<'_>) -> Option<Self> {
        let facts = reader.list(|reader| {
            Some(Fact {
                index: u32::try_from(reader.number()?).ok()?,
                digest: reader.exactly()?,
                bytes: body[reader.range()?].to_vec(),
            })
        })?;
        Some(Self(facts))
    }
}

pub(super) fn encode_asked(asked: &[Asked], body: &mut Vec<u8>) {
    number(body, asked.len() as u64);
    for asked in asked {
        blob(body, asked.path.as_bytes());
        number(body, u64::from(asked.index));
        blob(body, asked.digest.as_ref().map_or(&[], |digest| digest));
    }
}

pub(super) fn decode_asked(reader: &mut Reader<'_>) -> Option<Vec<Asked>> {
    reader.list(|reader| {
        Some(Asked {
            path: reader.text()?.to_owned(),
            index: u32::try_from(reader.number()?).ok()?,
            digest: match reader.number()? {
                0 => None,
                _ => Some(reader.exactly()?),
            },
        })
    })
}
