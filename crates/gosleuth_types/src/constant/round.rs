//! Constants as values of basic types.

use std::sync::Arc;

use num_bigint::{BigInt, BigUint};
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{Signed as _, ToPrimitive as _, Zero as _};

use super::ConstValue;
use crate::types::BasicKind;

/// A binary floating-point format.
struct Format {
    /// Bits of the mantissa with the leading one.
    precision: i64,
    /// Exponent of the lowest bit of the smallest numbers.
    lowest: i64,
    /// The first power of two that is too large.
    limit: i64,
}

const SINGLE: Format = Format {
    precision: 24,
    lowest: -149,
    limit: 128,
};
const DOUBLE: Format = Format {
    precision: 53,
    lowest: -1074,
    limit: 1024,
};

impl ConstValue {
    /// The value as one of a basic type, floats rounded to it; `None` if the type does not have it. What is not known can be anything.
    /// `word_size` is that of a pointer, in bytes.
    pub fn represent(self, kind: BasicKind, word_size: u8) -> Option<Self> {
        let word = u32::from(word_size) * 8;
        let has = match (&self, kind) {
            (Self::Unknown, _) => true,
            (Self::Bool(_), _) => kind.is_boolean(),
            (Self::String(_), _) => kind.is_string(),
            (_, BasicKind::UntypedComplex) => true,
            (_, BasicKind::UntypedInt | BasicKind::UntypedRune) => self.is_integer(),
            (_, BasicKind::UntypedFloat) => self.is_real(),
            (_, BasicKind::Float32) => return self.to_format(&SINGLE),
            (_, BasicKind::Float64) => return self.to_format(&DOUBLE),
            (_, BasicKind::Complex64 | BasicKind::Complex128) => {
                let format = if kind == BasicKind::Complex64 { &SINGLE } else { &DOUBLE };
                let (re, im) = (self.real().to_format(format)?, self.imag().to_format(format)?);
                return Some(Self::complex(re, im));
            }
            _ => integer_width(kind, word).is_some_and(|(signed, bits)| self.fits(signed, bits)),
        };
        has.then_some(self)
    }

    fn fits(&self, signed: bool, bits: u32) -> bool {
        match self {
            Self::Int(value) if signed => bits == 64 || (value >> (bits - 1)) == 0 || (value >> (bits - 1)) == -1,
            Self::Int(value) => *value >= 0 && (bits == 64 || value >> bits == 0),
            // Signed 64-bit numbers are never kept as big ones.
            Self::BigInt(value) => !signed && !value.is_negative() && value.bits() <= u64::from(bits),
            _ => false,
        }
    }

    fn to_format(&self, format: &Format) -> Option<Self> {
        match self {
            Self::Int(value) if value.unsigned_abs() < 1 << format.precision => Some(self.clone()),
            Self::Int(value) => round(&BigInt::from(*value), &BigUint::from(1u8), format),
            Self::BigInt(value) => round(value, &BigUint::from(1u8), format),
            Self::Ratio(value) => round(value.numer(), value.denom().magnitude(), format),
            _ => None,
        }
    }
}

/// Whether an integer type is signed, and its bits; `None` for other types.
pub(crate) fn integer_width(kind: BasicKind, word: u32) -> Option<(bool, u32)> {
    Some(match kind {
        BasicKind::Int => (true, word),
        BasicKind::Int8 => (true, 8),
        BasicKind::Int16 => (true, 16),
        BasicKind::Int32 => (true, 32),
        BasicKind::Int64 => (true, 64),
        BasicKind::Uint | BasicKind::Uintptr => (false, word),
        BasicKind::Uint8 => (false, 8),
        BasicKind::Uint16 => (false, 16),
        BasicKind::Uint32 => (false, 32),
        BasicKind::Uint64 => (false, 64),
        _ => return None,
    })
}

/// The nearest number of a format, the even one of two; `None` if it is too large.
fn round(numerator: &BigInt, denominator: &BigUint, format: &Format) -> Option<ConstValue> {
    let to_signed = |bits: u64| i64::try_from(bits).unwrap_or(i64::MAX);
    let magnitude = numerator.magnitude();
    // A quotient with at least two bits more than the format has, and whether something is left of it.
    let shift = format.precision + 2 - to_signed(magnitude.bits()) + to_signed(denominator.bits());
    let (quotient, rest) = if shift >= 0 {
        (magnitude << shift.unsigned_abs()).div_rem(denominator)
    } else {
        magnitude.div_rem(&(denominator << shift.unsigned_abs()))
    };
    let sticky = !rest.is_zero();
    let quotient = quotient.to_u64()?;
    let bits = i64::from(u64::BITS - quotient.leading_zeros());
    // The exponent of the last bit that is kept.
    let last = (bits - shift - format.precision).max(format.lowest);
    let drop = u32::try_from(last + shift).ok()?;
    let mut mantissa = quotient.checked_shr(drop).unwrap_or(0);
    let dropped = if drop < u64::BITS {
        quotient - (mantissa << drop)
    } else {
        quotient
    };
    let half = if drop <= u64::BITS {
        1u64 << (drop - 1).min(63)
    } else {
        u64::MAX
    };
    let odd = mantissa & 1 == 1;
    if dropped > half || (dropped == half && (sticky || odd)) {
        mantissa += 1;
    }
    if mantissa == 0 {
        return Some(ConstValue::Int(0));
    }
    let zeros = mantissa.trailing_zeros();
    let (mantissa, last) = (mantissa >> zeros, last + i64::from(zeros));
    if i64::from(u64::BITS - mantissa.leading_zeros()) + last > format.limit {
        return None;
    }
    let mantissa = if numerator.is_negative() {
        -BigInt::from(mantissa)
    } else {
        BigInt::from(mantissa)
    };
    Some(if last >= 0 {
        ConstValue::integer(mantissa << last.unsigned_abs())
    } else {
        // An odd number over a power of two is in lowest terms.
        ConstValue::Ratio(Arc::new(BigRational::new_raw(
            mantissa,
            BigInt::from(1u8) << last.unsigned_abs(),
        )))
    })
}
