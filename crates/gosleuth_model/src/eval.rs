//! Values from values: operators, truth, slices, iterations.

use std::rc::Rc;

use gosleuth_base::Idx as _;
use gosleuth_ir::ValueId;
use gosleuth_syntax::ast::{BinaryOp, UnaryOp};
use gosleuth_types::ConstValue;

use crate::state::{Frame, Obj, State};
use crate::value::{Question, Val};

/// The number of the part of a slice, map or text that is its length.
pub(crate) const LENGTH: u32 = u32::MAX - 1;

impl Val {
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }
}

impl State {
    /// What is known of a condition.
    pub(crate) fn truth(&self, value: &Val) -> Option<bool> {
        match value {
            Val::Bool(value) => Some(*value),
            Val::Sym(sym) => {
                if let Some(&fact) = self.facts.get(sym) {
                    return Some(fact);
                }
                match self.question(*sym) {
                    Some(Question::Unary(op, inner)) if *op == UnaryOp::Not.into() => {
                        self.truth(inner).map(|truth| !truth)
                    }
                    Some(Question::Binary(op, x, y)) if *op == BinaryOp::Equal.into() => {
                        self.equality(x, y).or_else(|| match (x, y) {
                            (x @ Val::Sym(_), Val::Int(y)) => {
                                let (least, most) = self.range(x);
                                (*y < least || *y > most).then_some(false)
                            }
                            _ => None,
                        })
                    }
                    Some(Question::Binary(op, x, y)) if *op == BinaryOp::Less.into() => match (x, y) {
                        (x @ Val::Sym(_), Val::Int(y)) => {
                            let (least, most) = self.range(x);
                            if most < *y {
                                Some(true)
                            } else {
                                (least >= *y).then_some(false)
                            }
                        }
                        (Val::Int(x), y @ Val::Sym(_)) => {
                            let (least, most) = self.range(y);
                            if least > *x {
                                Some(true)
                            } else {
                                (most <= *x).then_some(false)
                            }
                        }
                        _ => None,
                    },
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The least and the greatest number that a symbol can be after what was decided of it.
    fn range(&self, of: &Val) -> (i64, i64) {
        let Val::Sym(sym) = of else {
            return (i64::MIN, i64::MAX);
        };
        let is_length = matches!(self.question(*sym), Some(Question::Part(_, LENGTH)));
        let (mut least, mut most) = (if is_length { 0 } else { i64::MIN }, i64::MAX);
        for &(ref sym, fact) in self.facts.iter() {
            let Some(Question::Binary(op, x, y)) = self.question(*sym) else {
                continue;
            };
            let is_less = *op == BinaryOp::Less.into();
            match (x, y, fact) {
                (x, Val::Int(y), true) if x == of && is_less => most = most.min(y.saturating_sub(1)),
                (x, Val::Int(y), false) if x == of && is_less => least = least.max(*y),
                (Val::Int(x), y, true) if y == of && is_less => least = least.max(x.saturating_add(1)),
                (Val::Int(x), y, false) if y == of && is_less => most = most.min(*x),
                (x, Val::Int(y), true) if x == of && *op == BinaryOp::Equal.into() => {
                    (least, most) = (*y, *y);
                }
                _ => {}
            }
        }
        (least, most)
    }

    /// A symbol that equals one constant equals no other.
    fn equality(&self, x: &Val, y: &Val) -> Option<bool> {
        for (sym, _) in self.facts.iter().filter(|(_, truth)| *truth) {
            if let Some(Question::Binary(op, a, b)) = self.question(*sym)
                && *op == BinaryOp::Equal.into()
                && a == x
                && b != y
                && !b.is_open()
                && !y.is_open()
            {
                return Some(false);
            }
        }
        None
    }

    fn question(&self, sym: u32) -> Option<&Question> {
        self.questions.get(&sym).map(|question| &**question)
    }

    /// Whether a condition compares numbers that are not known, other than random ones.
    pub(crate) fn is_order(&self, value: &Val) -> bool {
        let Val::Sym(sym) = value else {
            return false;
        };
        match self.question(*sym) {
            Some(Question::Unary(_, inner)) => self.is_order(inner),
            Some(Question::Binary(op, ..)) => *op != BinaryOp::Equal.into() && !self.free.contains(*sym),
            _ => false,
        }
    }

    /// Whether a symbol is worked out from no other number: a length, or something from outside.
    fn is_source(&self, sym: u32) -> bool {
        !matches!(self.question(sym), Some(Question::Unary(..) | Question::Binary(..)))
    }

    /// Whether another question about a symbol was answered, other than how it compares with a constant.
    fn was_asked(&self, value: &Val, asked: u32) -> bool {
        let Val::Sym(_) = value else {
            return false;
        };
        self.facts
            .iter()
            .filter(|(sym, _)| *sym != asked)
            .any(|&(sym, _)| match self.question(sym) {
                Some(Question::Binary(op, x, y)) if *op == BinaryOp::Less.into() => {
                    (x == value && !matches!(y, Val::Int(_))) || (y == value && !matches!(x, Val::Int(_)))
                }
                Some(Question::Binary(_, x, y)) => x == value || y == value,
                Some(Question::Part(x, _)) => x == value,
                _ => false,
            })
    }

    /// Settles a condition; `literal` if it compares with a constant that is written there.
    pub(crate) fn decide(&mut self, value: &Val, truth: bool, literal: bool) {
        self.doubtful |= !matches!(value, Val::Sym(_));
        if let Val::Sym(sym) = value {
            let mut doubtful = false;
            let inner = match self.question(*sym) {
                Some(Question::Unary(op, inner)) if *op == UnaryOp::Not.into() => Some(inner.clone()),
                Some(Question::Binary(op, x, y)) if *op != BinaryOp::Equal.into() => {
                    // Questions about one number and constants have one order, which is followed. One question about other numbers stands alone; a
                    // second one, or one about a loop's counter, does not.
                    let is_plain = *op == BinaryOp::Less.into()
                        && match (x, y) {
                            (Val::Sym(x), Val::Int(_)) | (Val::Int(_), Val::Sym(x)) => self.is_source(*x),
                            (Val::Sym(_), Val::Sym(_)) => true,
                            _ => false,
                        };
                    doubtful = !(literal || is_plain || self.free.contains(*sym))
                        || self.was_asked(x, *sym)
                        || self.was_asked(y, *sym);
                    None
                }
                _ => None,
            };
            self.doubtful |= doubtful;
            self.facts.insert(*sym, truth);
            if let Some(inner) = inner {
                self.decide(&inner, !truth, literal);
            }
        }
    }

    pub(crate) fn map_set(&mut self, obj: u32, key: Val, value: Val) {
        if let Obj::Map { entries, .. } = self.obj_mut(obj) {
            if let Some((_, slot)) = entries.iter_mut().find(|(known, _)| *known == key) {
                *slot = value;
            } else if entries.len() < 64 {
                entries.push((key, value));
            }
        }
    }
}

pub(crate) fn constant(value: &ConstValue) -> Val {
    match value {
        ConstValue::Bool(value) => Val::Bool(*value),
        ConstValue::String(text) => Val::Str(Rc::from(&text[..])),
        value => value.to_i64().map_or(Val::Unknown, Val::Int),
    }
}

pub(crate) fn unary(state: &mut State, op: UnaryOp, x: Val) -> Val {
    match (op, x) {
        (UnaryOp::Not, Val::Bool(x)) => Val::Bool(!x),
        (UnaryOp::Minus, Val::Int(x)) => x.checked_neg().map_or(Val::Unknown, Val::Int),
        (UnaryOp::Plus, x) => x,
        (op, x @ Val::Sym(_)) => state.answer(Question::Unary(op.into(), x)),
        _ => Val::Unknown,
    }
}

fn not(state: &mut State, x: Val) -> Val {
    unary(state, UnaryOp::Not, x)
}

pub(crate) fn binary(state: &mut State, op: BinaryOp, x: Val, y: Val) -> Val {
    // Comparisons are asked in two forms only, so that each question has one answer.
    match op {
        BinaryOp::NotEqual => {
            let equal = binary(state, BinaryOp::Equal, x, y);
            return not(state, equal);
        }
        BinaryOp::Greater => return binary(state, BinaryOp::Less, y, x),
        BinaryOp::GreaterEqual => {
            let less = binary(state, BinaryOp::Less, x, y);
            return not(state, less);
        }
        BinaryOp::LessEqual => {
            let less = binary(state, BinaryOp::Less, y, x);
            return not(state, less);
        }
        _ => {}
    }
    match (op, &x, &y) {
        (BinaryOp::Equal, Val::Unknown, _) | (BinaryOp::Equal, _, Val::Unknown) => Val::Unknown,
        (BinaryOp::Equal, x, y) if x.is_open() || y.is_open() => {
            if x == y {
                return Val::Bool(true);
            }
            let (x, y) = if x.is_open() {
                (x.clone(), y.clone())
            } else {
                (y.clone(), x.clone())
            };
            state.answer(Question::Binary(op.into(), x, y))
        }
        (BinaryOp::Equal, Val::Parts(_), _) if x != y => Val::Unknown,
        (BinaryOp::Equal, Val::Boxed(_, a), Val::Boxed(_, b)) if x != y && (a.is_open() || b.is_open()) => Val::Unknown,
        (BinaryOp::Equal, x, y) => Val::Bool(x == y),
        (_, Val::Int(x), Val::Int(y)) => arithmetic(op, *x, *y),
        (BinaryOp::Less, Val::Str(x), Val::Str(y)) => Val::Bool(x < y),
        (BinaryOp::Add, Val::Str(x), Val::Str(y)) => Val::Str(x.iter().chain(y.iter()).copied().collect()),
        (op, x, y) if matches!(x, Val::Sym(_)) || matches!(y, Val::Sym(_)) => {
            state.answer(Question::Binary(op.into(), x.clone(), y.clone()))
        }
        _ => Val::Unknown,
    }
}

fn arithmetic(op: BinaryOp, x: i64, y: i64) -> Val {
    let shift = u32::try_from(y).ok();
    let result = match op {
        BinaryOp::Less => return Val::Bool(x < y),
        BinaryOp::Add => x.checked_add(y),
        BinaryOp::Sub => x.checked_sub(y),
        BinaryOp::Mul => x.checked_mul(y),
        BinaryOp::Div => x.checked_div(y),
        BinaryOp::Rem => x.checked_rem(y),
        BinaryOp::And => Some(x & y),
        BinaryOp::Or => Some(x | y),
        BinaryOp::Xor => Some(x ^ y),
        BinaryOp::AndNot => Some(x & !y),
        BinaryOp::Shl => shift.and_then(|shift| x.checked_shl(shift)),
        BinaryOp::Shr => shift.and_then(|shift| x.checked_shr(shift)),
        _ => None,
    };
    result.map_or(Val::Unknown, Val::Int)
}

pub(crate) fn slice(state: &mut State, base: Val, bounds: [Option<Val>; 3]) -> Val {
    let bound = |bound: &Option<Val>, default: u32| match bound {
        None => Some(default),
        Some(Val::Int(at)) => u32::try_from(*at).ok(),
        Some(_) => None,
    };
    match base {
        Val::Slice { obj, start, len, cap } => match (bound(&bounds[0], 0), bound(&bounds[1], len)) {
            (Some(lo), Some(hi)) if lo <= hi && hi <= cap => Val::Slice {
                obj,
                start: start + lo,
                len: hi - lo,
                cap: cap - lo,
            },
            _ => Val::Unknown,
        },
        Val::Str(text) => match (bound(&bounds[0], 0), bound(&bounds[1], text.len() as u32)) {
            (Some(lo), Some(hi)) => text
                .get(lo as usize..hi as usize)
                .map_or(Val::Unknown, |part| Val::Str(Rc::from(part))),
            _ => Val::Unknown,
        },
        base if base.is_open() => state.symbol(),
        _ => Val::Unknown,
    }
}

/// The next round of an iteration: what it gives, and the iterator after it.
pub(crate) fn next(state: &mut State, iterator: &Val) -> (Val, Val) {
    let (x, round) = (iterator.part(0), iterator.part(1));
    let Val::Int(round) = round else {
        return (Val::tuple([Val::Unknown, Val::Unknown, Val::Unknown]), iterator.clone());
    };
    let after = Val::tuple([x.clone(), Val::Int(round + 1)]);
    let end = Val::tuple([Val::Bool(false), Val::Unknown, Val::Unknown]);
    let given = match &x {
        Val::Nil => end,
        Val::Map(obj) => match state.obj(*obj) {
            Obj::Map { entries, complete } => match entries.get(round as usize) {
                Some((key, value)) => Val::tuple([Val::Bool(true), key.clone(), value.clone()]),
                None if *complete => end,
                None => Val::tuple([Val::Unknown, Val::Unknown, Val::Unknown]),
            },
            _ => end,
        },
        Val::Str(text) => match text.get(round as usize) {
            Some(&byte) => Val::tuple([Val::Bool(true), Val::Int(round), Val::Int(i64::from(byte))]),
            None => end,
        },
        _ => Val::tuple([Val::Unknown, Val::Unknown, Val::Unknown]),
    };
    (given, after)
}

impl Frame {
    /// What a value of the frame holds.
    pub(crate) fn get(&self, value: ValueId) -> Val {
        self.values[value.index()].clone()
    }
}
