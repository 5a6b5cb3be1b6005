//! Values of constants, exact as the language demands, within bounds.
//!
//! Numbers are kept by value, not by type: `2`, `2.0` and `2+0i` are the same [`ConstValue::Int`], so that equal constants are equal
//! values. What needs more than [`MAX_BITS`] (`1e1000000000`, `1 << 1000000000`) is [`ConstValue::Unknown`], which costs nothing and
//! flows on.

mod literal;
mod round;

use std::fmt;
use std::sync::Arc;

use gosleuth_syntax::ast::BinaryOp;
use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, ToPrimitive as _, Zero as _};

pub(crate) use round::integer_width;

/// Bits of the largest integers, numerators and denominators. The largest finite float needs 1024, the smallest one 1074, and the
/// language asks for integers of 256.
const MAX_BITS: u64 = 4096;

/// Bytes of the longest string that concatenation makes.
const MAX_STRING: usize = 64 << 20;

/// The value of a constant expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ConstValue {
    /// Constant, but its value could not be determined.
    Unknown,
    /// A boolean.
    Bool(bool),
    /// An integer, or a rune, or another number without fraction.
    Int(i64),
    /// A number without fraction that does not fit an `i64`.
    BigInt(Arc<BigInt>),
    /// A number with a fraction, in lowest terms.
    Ratio(Arc<BigRational>),
    /// Real and imaginary part; the latter is not 0.
    Complex(Arc<[ConstValue; 2]>),
    /// A string; Go strings are bytes.
    String(Arc<[u8]>),
}

impl ConstValue {
    /// A string.
    pub fn string(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::String(bytes.into())
    }

    /// An integer of any size; unknown if it is out of bounds.
    pub(crate) fn from_big(value: BigInt) -> Self {
        Self::integer(value)
    }

    /// A fraction; unknown if it is none or out of bounds.
    pub(crate) fn from_ratio(numerator: BigInt, denominator: BigInt) -> Self {
        if denominator.is_zero() || numerator.bits().max(denominator.bits()) > MAX_BITS {
            return Self::Unknown;
        }
        Self::ratio(BigRational::new(numerator, denominator))
    }

    /// A number with or without fraction; unknown if it is out of bounds.
    fn ratio(value: BigRational) -> Self {
        if value.is_integer() {
            return Self::integer(value.numer().clone());
        }
        if value.numer().bits() > MAX_BITS || value.denom().bits() > MAX_BITS {
            return Self::Unknown;
        }
        Self::Ratio(Arc::new(value))
    }

    /// A number without fraction; unknown if it is out of bounds.
    fn integer(value: BigInt) -> Self {
        match value.to_i64() {
            Some(small) => Self::Int(small),
            None if value.bits() > MAX_BITS => Self::Unknown,
            None => Self::BigInt(Arc::new(value)),
        }
    }

    fn complex(re: Self, im: Self) -> Self {
        match (&re, &im) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (_, Self::Int(0)) => re,
            _ => Self::Complex(Arc::new([re, im])),
        }
    }

    /// `complex(re, im)`; unknown if a part is not real.
    pub fn make_complex(re: &Self, im: &Self) -> Self {
        if re.is_real() && im.is_real() {
            Self::complex(re.clone(), im.clone())
        } else {
            Self::Unknown
        }
    }

    /// Whether the value could not be determined.
    pub fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }

    /// Whether it is a number without fraction, imaginary part or doubt.
    pub fn is_integer(&self) -> bool {
        matches!(self, Self::Int(_) | Self::BigInt(_))
    }

    fn is_real(&self) -> bool {
        self.is_integer() || matches!(self, Self::Ratio(_))
    }

    /// The value as a machine integer, if it is an integer that fits.
    pub fn to_i64(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The value, if it is a string.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Self::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Whether it is a number below zero.
    pub fn is_negative(&self) -> bool {
        match self {
            Self::Int(value) => *value < 0,
            Self::BigInt(value) => value.is_negative(),
            Self::Ratio(value) => value.is_negative(),
            _ => false,
        }
    }

    fn to_big(&self) -> Option<BigInt> {
        match self {
            Self::Int(value) => Some(BigInt::from(*value)),
            Self::BigInt(value) => Some((**value).clone()),
            _ => None,
        }
    }

    fn to_ratio(&self) -> Option<BigRational> {
        match self {
            Self::Ratio(value) => Some((**value).clone()),
            _ => self.to_big().map(BigRational::from_integer),
        }
    }

    /// Real part of a number; unknown for what is not a number.
    pub fn real(&self) -> Self {
        match self {
            Self::Complex(parts) => parts[0].clone(),
            _ if self.is_real() => self.clone(),
            _ => Self::Unknown,
        }
    }

    /// Imaginary part of a number; unknown for what is not a number.
    pub fn imag(&self) -> Self {
        match self {
            Self::Complex(parts) => parts[1].clone(),
            _ if self.is_real() => Self::Int(0),
            _ => Self::Unknown,
        }
    }

    /// `-x`
    pub fn negate(&self) -> Self {
        match self {
            Self::Int(value) => match value.checked_neg() {
                Some(value) => Self::Int(value),
                None => Self::integer(-BigInt::from(*value)),
            },
            Self::BigInt(value) => Self::integer(-&**value),
            Self::Ratio(value) => Self::ratio(-&**value),
            Self::Complex(parts) => Self::complex(parts[0].negate(), parts[1].negate()),
            Self::Unknown | Self::Bool(_) | Self::String(_) => Self::Unknown,
        }
    }

    /// `!x`
    pub fn not(&self) -> Self {
        match self {
            Self::Bool(value) => Self::Bool(!value),
            _ => Self::Unknown,
        }
    }

    /// `^x`; `unsigned_bits` is the width of an unsigned type, in which all bits are flipped.
    pub fn bit_not(&self, unsigned_bits: Option<u32>) -> Self {
        match (self, unsigned_bits) {
            (Self::Int(value), None) => Self::Int(!value),
            (Self::Int(_) | Self::BigInt(_), _) => {
                let value = self.to_big().unwrap_or_default();
                match unsigned_bits {
                    Some(bits) => Self::integer(((BigInt::one() << bits) - 1u8) ^ value),
                    None => Self::integer(-(value + 1u8)),
                }
            }
            _ => Self::Unknown,
        }
    }

    /// `x << count`
    pub fn shift_left(&self, count: u64) -> Self {
        if let Self::Int(0) = self {
            return self.clone();
        }
        match self.to_big() {
            Some(value) if value.bits().saturating_add(count) <= MAX_BITS => Self::integer(value << count),
            _ => Self::Unknown,
        }
    }

    /// `x >> count`
    pub fn shift_right(&self, count: u64) -> Self {
        match self {
            Self::Int(value) => Self::Int(value >> count.min(63)),
            Self::BigInt(value) => Self::integer(&**value >> count.min(MAX_BITS)),
            _ => Self::Unknown,
        }
    }

    /// Arithmetic, logic and concatenation. `integer` tells that both operands have an integer type, so that `/` truncates. Shifts and
    /// comparisons have functions of their own. Unknown for operations that do not exist, division by zero included.
    pub fn binary(op: BinaryOp, x: &Self, y: &Self, integer: bool) -> Self {
        match (x, y) {
            (Self::Int(x), Self::Int(y)) => {
                if let Some(value) = small(op, *x, *y, integer) {
                    return Self::Int(value);
                }
            }
            (Self::Bool(x), Self::Bool(y)) => {
                return match op {
                    BinaryOp::LogicalAnd => Self::Bool(*x && *y),
                    BinaryOp::LogicalOr => Self::Bool(*x || *y),
                    _ => Self::Unknown,
                };
            }
            (Self::String(x), Self::String(y)) => {
                return match op {
                    BinaryOp::Add if x.len() + y.len() <= MAX_STRING => Self::string([&**x, &**y].concat()),
                    _ => Self::Unknown,
                };
            }
            (Self::Complex(_), _) | (_, Self::Complex(_)) => return complex_binary(op, x, y),
            _ => {}
        }
        if let (Some(x), Some(y)) = (x.to_big(), y.to_big()) {
            return big(op, x, y, integer);
        }
        match (x.to_ratio(), y.to_ratio()) {
            (Some(x), Some(y)) => match op {
                BinaryOp::Add => Self::ratio(x + y),
                BinaryOp::Sub => Self::ratio(x - y),
                BinaryOp::Mul => Self::ratio(x * y),
                BinaryOp::Div if !y.is_zero() => Self::ratio(x / y),
                _ => Self::Unknown,
            },
            _ => Self::Unknown,
        }
    }

    /// A comparison; `None` if it has no answer.
    pub fn compare(op: BinaryOp, x: &Self, y: &Self) -> Option<bool> {
        use std::cmp::Ordering;
        if x.is_unknown() || y.is_unknown() {
            return None;
        }
        match op {
            BinaryOp::Equal => return Some(x == y),
            BinaryOp::NotEqual => return Some(x != y),
            _ => {}
        }
        let order = match (x, y) {
            (Self::Int(x), Self::Int(y)) => x.cmp(y),
            (Self::String(x), Self::String(y)) => x.cmp(y),
            _ => x.to_ratio()?.cmp(&y.to_ratio()?),
        };
        match op {
            BinaryOp::Less => Some(order == Ordering::Less),
            BinaryOp::LessEqual => Some(order != Ordering::Greater),
            BinaryOp::Greater => Some(order == Ordering::Greater),
            BinaryOp::GreaterEqual => Some(order != Ordering::Less),
            _ => None,
        }
    }

    /// The string of a code point, as `string(x)` makes it: what is none becomes U+FFFD.
    pub fn rune_to_string(&self) -> Self {
        match self {
            Self::Int(_) | Self::BigInt(_) => {
                let scalar = self.to_i64().and_then(|value| u32::try_from(value).ok());
                let rune = scalar.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
                Self::string(rune.encode_utf8(&mut [0; 4]).as_bytes())
            }
            _ => Self::Unknown,
        }
    }
}

/// Integer operations whose result fits.
fn small(op: BinaryOp, x: i64, y: i64, integer: bool) -> Option<i64> {
    match op {
        BinaryOp::Add => x.checked_add(y),
        BinaryOp::Sub => x.checked_sub(y),
        BinaryOp::Mul => x.checked_mul(y),
        BinaryOp::Div if integer => x.checked_div(y),
        BinaryOp::Rem if integer => x.checked_rem(y),
        BinaryOp::And => Some(x & y),
        BinaryOp::Or => Some(x | y),
        BinaryOp::Xor => Some(x ^ y),
        BinaryOp::AndNot => Some(x & !y),
        _ => None,
    }
}

fn big(op: BinaryOp, x: BigInt, y: BigInt, integer: bool) -> ConstValue {
    ConstValue::integer(match op {
        BinaryOp::Add => x + y,
        BinaryOp::Sub => x - y,
        BinaryOp::Mul => x * y,
        BinaryOp::Div | BinaryOp::Rem if y.is_zero() => return ConstValue::Unknown,
        BinaryOp::Div if !integer => return ConstValue::ratio(BigRational::new(x, y)),
        BinaryOp::Div => x / y,
        BinaryOp::Rem => x.div_rem(&y).1,
        BinaryOp::And => x & y,
        BinaryOp::Or => x | y,
        BinaryOp::Xor => x ^ y,
        BinaryOp::AndNot => x & -(y + 1u8),
        _ => return ConstValue::Unknown,
    })
}

fn complex_binary(op: BinaryOp, x: &ConstValue, y: &ConstValue) -> ConstValue {
    let calculate = |op, x: &ConstValue, y: &ConstValue| ConstValue::binary(op, x, y, false);
    let (a, b, c, d) = (x.real(), x.imag(), y.real(), y.imag());
    match op {
        BinaryOp::Add | BinaryOp::Sub => ConstValue::complex(calculate(op, &a, &c), calculate(op, &b, &d)),
        BinaryOp::Mul | BinaryOp::Div => {
            // (a+bi)(c+di) = (ac-bd) + (bc+ad)i; a quotient is multiplied by the conjugate of the divisor, and divided by its square.
            let d = if op == BinaryOp::Div { d.negate() } else { d };
            let mul = |x, y| calculate(BinaryOp::Mul, x, y);
            let re = calculate(BinaryOp::Sub, &mul(&a, &c), &mul(&b, &d));
            let im = calculate(BinaryOp::Add, &mul(&b, &c), &mul(&a, &d));
            if op == BinaryOp::Mul {
                return ConstValue::complex(re, im);
            }
            let square = calculate(BinaryOp::Add, &mul(&c, &c), &mul(&d, &d));
            ConstValue::complex(
                calculate(BinaryOp::Div, &re, &square),
                calculate(BinaryOp::Div, &im, &square),
            )
        }
        _ => ConstValue::Unknown,
    }
}

/// As Go would write it; fractions as `a/b`.
impl fmt::Display for ConstValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("unknown"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Int(value) => write!(f, "{value}"),
            Self::BigInt(value) => write!(f, "{value}"),
            Self::Ratio(value) => write!(f, "{value}"),
            Self::Complex(parts) => write!(f, "({} + {}i)", parts[0], parts[1]),
            Self::String(bytes) => write!(f, "{:?}", String::from_utf8_lossy(bytes)),
        }
    }
}

#[cfg(test)]
mod tests;
