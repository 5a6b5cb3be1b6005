//! Sizes and alignments of types, as the compiler gc lays them out.

use rustc_hash::FxHashMap;

use crate::object::PkgId;
use crate::query::Query;
use crate::types::{BasicKind, Field, Type, TypeId};

/// Nesting of structs and arrays that is followed; what a program can have in memory is far below.
const MAX_NESTING: u32 = 100;

/// Answers about memory layout for one word size.
#[derive(Clone, Copy)]
pub struct Sizes<'q, 'w, 'a> {
    query: &'q Query<'w, 'a>,
    /// Size of a pointer in bytes.
    word: i64,
}

/// Layouts of structs found on the way: types that share parts are not followed once for each path.
type Known = FxHashMap<TypeId, Result<Layout, NoLayout>>;

/// Why a type has no layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NoLayout {
    /// It depends on type parameters.
    Open,
    /// It is not known, or too large.
    Unknown,
}

/// Size and alignment in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Layout {
    size: i64,
    align: i64,
}

impl<'q, 'w, 'a> Sizes<'q, 'w, 'a> {
    /// For pointers of `word_size` bytes: 4 or 8.
    pub fn new(query: &'q Query<'w, 'a>, word_size: u8) -> Self {
        Self {
            query,
            word: i64::from(word_size),
        }
    }

    /// What `unsafe.Sizeof` says, in bytes; `None` if it depends on type parameters, is unknown or too large.
    pub fn size(&self, ty: TypeId) -> Option<i64> {
        let layout = self.layout(ty, 0, &mut Known::default());
        layout.map(|layout| layout.size).ok()
    }

    /// What `unsafe.Alignof` says, in bytes.
    pub fn align(&self, ty: TypeId) -> Option<i64> {
        let layout = self.layout(ty, 0, &mut Known::default());
        layout.map(|layout| layout.align).ok()
    }

    /// Where a field of a struct begins, in bytes: its place among the fields.
    pub fn offset(&self, fields: &[Field], place: usize) -> Option<i64> {
        let mut known = Known::default();
        let mut offset = 0;
        for (index, field) in fields.iter().enumerate() {
            let layout = self.layout(field.ty, 1, &mut known).ok()?;
            offset = align_up(offset, layout.align)?;
            if index == place {
                return Some(offset);
            }
            offset = offset.checked_add(layout.size)?;
        }
        None
    }

    fn layout(&self, ty: TypeId, depth: u32, known: &mut Known) -> Result<Layout, NoLayout> {
        if depth > MAX_NESTING {
            return Err(NoLayout::Unknown);
        }
        if let Some(&layout) = known.get(&ty) {
            return layout;
        }
        let word = self.word;
        let words = |count| Layout {
            size: count * word,
            align: word,
        };
        Ok(match self.query.ty(self.query.underlying(ty)) {
            Type::Basic(kind) => self.basic(*kind).ok_or(NoLayout::Unknown)?,
            Type::Pointer(_) | Type::Map { .. } | Type::Chan { .. } | Type::Func(_) => words(1),
            Type::Slice(_) => words(3),
            Type::Interface(_) if self.query.is_type_param(ty) => return Err(NoLayout::Open),
            Type::Interface(_) => words(2),
            Type::Array { len, elem } => {
                let elem = self.layout(*elem, depth + 1, known)?;
                let size = elem.size.checked_mul(*len).filter(|_| *len >= 0);
                Layout {
                    size: size.ok_or(NoLayout::Unknown)?,
                    align: elem.align,
                }
            }
            Type::Struct(fields) => {
                let layout = self.structure(ty, fields, depth, known);
                known.insert(ty, layout);
                layout?
            }
            Type::Unknown | Type::Named { .. } | Type::TypeParam(_) | Type::Tuple(_) | Type::Union(_) => {
                return Err(NoLayout::Unknown);
            }
        })
    }

    fn structure(&self, ty: TypeId, fields: &[Field], depth: u32, known: &mut Known) -> Result<Layout, NoLayout> {
        let mut whole = Layout { size: 0, align: 1 };
        let mut last = 1;
        for field in fields {
            let layout = self.layout(field.ty, depth + 1, known)?;
            let end = align_up(whole.size, layout.align).and_then(|start| start.checked_add(layout.size));
            whole.size = end.ok_or(NoLayout::Unknown)?;
            whole.align = whole.align.max(layout.align);
            last = layout.size;
        }
        // The address of an empty last field must not lie behind the struct.
        let padding = i64::from(last == 0 && whole.size > 0);
        if self.is_align64(ty) {
            whole.align = 8;
        }
        let size = whole
            .size
            .checked_add(padding)
            .and_then(|size| align_up(size, whole.align));
        whole.size = size.ok_or(NoLayout::Unknown)?;
        Ok(whole)
    }

    fn basic(&self, kind: BasicKind) -> Option<Layout> {
        let word = self.word;
        let same = |size: i64| Layout {
            size,
            align: size.min(word),
        };
        Some(match kind {
            BasicKind::Bool | BasicKind::Int8 | BasicKind::Uint8 => same(1),
            BasicKind::Int16 | BasicKind::Uint16 => same(2),
            BasicKind::Int32 | BasicKind::Uint32 | BasicKind::Float32 => same(4),
            BasicKind::Int64 | BasicKind::Uint64 | BasicKind::Float64 => same(8),
            BasicKind::Int | BasicKind::Uint | BasicKind::Uintptr | BasicKind::UnsafePointer => same(word),
            BasicKind::Complex64 => Layout { size: 8, align: 4 },
            BasicKind::Complex128 => Layout { size: 16, align: word },
            BasicKind::String => Layout {
                size: 2 * word,
                align: word,
            },
            _ => return None,
        })
    }

    /// The marker type by which the atomic types are aligned for 64-bit operations on 32-bit machines.
    fn is_align64(&self, ty: TypeId) -> bool {
        let Type::Named { decl, .. } = *self.query.ty(ty) else {
            return false;
        };
        let world = self.query.world;
        decl.pkg != PkgId::universe()
            && matches!(world.path(decl.pkg), "sync/atomic" | "internal/runtime/atomic")
            && self
                .query
                .named(decl)
                .and_then(|info| self.query.object(info.obj))
                .is_some_and(|object| world.text(object.name) == "align64")
    }

    /// Whether layout depends on type arguments.
    pub fn is_open(&self, ty: TypeId) -> bool {
        self.layout(ty, 0, &mut Known::default()) == Err(NoLayout::Open)
    }
}

fn align_up(offset: i64, align: i64) -> Option<i64> {
    Some(offset.checked_add(align - 1)? / align * align)
}
