//! What is kept of a unit, as bytes.

use gosleuth_base::{Problem, ProblemKind};

use super::Key;
use super::facts::{self, Asked, Facts};
use crate::bytes::{Reader, blob, number};

/// What is kept of a unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// What other packages see of it, exported.
    pub(crate) types: Vec<u8>,
    /// Hash of that and of what it leads to in other packages.
    pub(crate) digest: Key,
    /// What others may ask for beyond that.
    pub(crate) facts: Facts,
    /// What the visitor asked for: with other answers the entry is of no use.
    pub(crate) asked: Vec<Asked>,
    /// What is wrong with its files.
    pub(crate) problems: Vec<Problem>,
    /// What the visitor said of it.
    pub(crate) result: Vec<u8>,
}

/// Changes when the form of entries does.
const FORM: &[u8; 4] = b"gsc3";
const CHECKSUM: usize = 16;

/// Bytes with a form and a checksum before them.
pub(super) fn seal(form: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut bytes = form.to_vec();
    bytes.extend(checksum(body));
    bytes.extend_from_slice(body);
    bytes
}

/// What was sealed; None if it is of another form, or damaged.
pub(super) fn open(form: [u8; 4], bytes: &[u8]) -> Option<&[u8]> {
    let (sum, body) = bytes.strip_prefix(&form)?.split_first_chunk::<CHECKSUM>()?;
    (*sum == checksum(body)).then_some(body)
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut sum = [0; CHECKSUM];
    sum.copy_from_slice(&blake3::hash(bytes).as_bytes()[..CHECKSUM]);
    sum
}

impl Entry {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = self.digest.0.to_vec();
        blob(&mut body, &self.types);
        self.facts.encode(&mut body);
        facts::encode_asked(&self.asked, &mut body);
        blob(&mut body, &self.result);
        number(&mut body, self.problems.len() as u64);
        for problem in &self.problems {
            let kind = match problem.kind {
                ProblemKind::Unreadable => 0_u8,
                ProblemKind::Partial => 1,
                ProblemKind::Note => 2,
            };
            number(&mut body, u64::from(kind));
            blob(&mut body, problem.input.as_bytes());
            number(&mut body, problem.line.unwrap_or(0));
            blob(&mut body, problem.message.as_bytes());
        }
        seal(*FORM, &body)
    }

    /// None if the bytes are not an entry of this version, or damaged.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let body = open(*FORM, bytes)?;
        let mut reader = Reader::new(body);
        let digest = Key(reader.exactly()?);
        let types = body[reader.range()?].to_vec();
        let facts = Facts::decode(body, &mut reader)?;
        let asked = facts::decode_asked(&mut reader)?;
        let result = body[reader.range()?].to_vec();
        let problems = reader.list(|reader| {
            Some(Problem {
                kind: match reader.number()? {
                    0 => ProblemKind::Unreadable,
                    1 => ProblemKind::Partial,
                    _ => ProblemKind::Note,
                },
                input: reader.text()?.to_owned(),
                line: Some(reader.number()?).filter(|&line| line > 0),
                message: reader.text()?.to_owned(),
            })
        })?;
        reader.is_at_end().then_some(Self {
            types,
            digest,
            facts,
            asked,
            problems,
            result,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            types: vec![1, 2, 3],
            digest: Key([7; 32]),
            facts: Facts::new(vec![(7, vec![4, 5]), (2, Vec::new())]),
            asked: vec![
                Asked {
                    path: "example.com/m".to_owned(),
                    index: 3,
                    digest: None,
                },
                Asked {
                    path: "example.com/n".to_owned(),
                    index: 4,
                    digest: Some([9; 16]),
                },
            ],
            problems: vec![
                Problem {
                    kind: ProblemKind::Partial,
                    input: "a.go".to_owned(),
                    line: Some(3),
                    message: "it is wrong".to_owned(),
                },
                Problem {
                    kind: ProblemKind::Unreadable,
                    input: "b.go".to_owned(),
                    line: None,
                    message: String::new(),
                },
            ],
            result: b"result".to_vec(),
        }
    }

    #[test]
    fn entries_come_back_whole_or_not_at_all() {
        let bytes = entry().encode();
        assert_eq!(Entry::decode(&bytes), Some(entry()));
        for cut in 0..bytes.len() {
            assert_eq!(Entry::decode(&bytes[..cut]), None);
            let mut flipped = bytes.clone();
            flipped[cut] ^= 0x10;
            assert_eq!(Entry::decode(&flipped), None);
        }
    }
}
